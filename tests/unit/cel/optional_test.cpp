// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

TEST(Optional, IsMadeAndAsked) {
    EXPECT_EQ(shown("optional.of(1)"), "optional.of(1)");
    EXPECT_EQ(shown("optional.none().hasValue() || !optional.of(null).hasValue()"), "false");
    EXPECT_EQ(shown("optional.of(1).value() + optional.none().orValue(2)"), "3");
    EXPECT_EQ(shown("optional.none().value()"), "error: value() of optional.none()");
    EXPECT_EQ(shown("optional.none().or(optional.of(5)).value()"), "5");
    EXPECT_EQ(shown("['', 'a'].map(x, optional.ofNonZeroValue(x).hasValue())"), "[false, true]");
    EXPECT_EQ(shown("[optional.ofNonZeroValue(0), optional.ofNonZeroValue(0.0), optional.ofNonZeroValue({}), "
                    "optional.ofNonZeroValue(duration('0s')), "
                    "optional.ofNonZeroValue(null)].all(o, !o.hasValue())"),
              "true");
    EXPECT_EQ(shown("optional.unwrap([optional.of(1), optional.none(), optional.of(3)])"), "[1, 3]");
    EXPECT_EQ(shown("type(optional.none()) == optional_type"), "true");
}

TEST(Optional, SelectsWhatMayBeMissing) {
    EXPECT_EQ(shown("{'a': 1}.?a"), "optional.of(1)");
    EXPECT_EQ(shown("{'a': 1}.?b"), "optional.none()");
    EXPECT_EQ(shown("{'a': {'b': 1}}.?a.b"), "optional.of(1)");
    EXPECT_EQ(shown("dyn({'a': {'b': 1}}).?x.b.c"), "optional.none()");
    EXPECT_EQ(shown("[1, 2][?5]"), "optional.none()");
    EXPECT_EQ(shown("[1, 2][?1]"), "optional.of(2)");
    EXPECT_EQ(shown("{'a': [1]}.?a[0].orValue(9)"), "1");
    EXPECT_EQ(shown("{'a': [1]}.?a[?7].orValue(9)"), "9");
    EXPECT_EQ(shown("has({'a': {'b': 1}}.?a.b) && !has({'a': {}}.?a.b)"), "true");
    EXPECT_EQ(shown("dyn(1).?a").substr(0, 24), "error: no such overload:");
}

TEST(Optional, FillsLiteralsOnlyWhereItHasAValue) {
    EXPECT_EQ(shown("[?optional.of(1), ?optional.none(), 2]"), "[1, 2]");
    EXPECT_EQ(shown("{?'a': optional.of(1), ?'b': optional.none()}"), "{\"a\": 1}");
    EXPECT_EQ(shown("[?dyn(1)]").substr(0, 24), "error: no such overload:");
    EXPECT_EQ(shown("[?1]"), "refused: line 1, column 3: an element with '?' must be optional, this is int");
    EXPECT_EQ(shown("[optional.of(1)]"), "[optional.of(1)]");
}

TEST(Optional, IsMapped) {
    EXPECT_EQ(shown("optional.of(2).optMap(x, x * 2)"), "optional.of(4)");
    EXPECT_EQ(shown("optional.none().optMap(x, x)"), "optional.none()");
    EXPECT_EQ(shown("optional.of({'a': 1}).optFlatMap(m, m.?a)"), "optional.of(1)");
    EXPECT_EQ(shown("optional.of({}).optFlatMap(m, m.?a)"), "optional.none()");
    EXPECT_EQ(shown("optional.of(0).optMap(x, 1 / x)", kAnyLiteral), "error: division by zero");
    EXPECT_EQ(shown("optional.of(1).optFlatMap(x, x)").substr(0, 8), "refused:");
}

TEST(Optional, ComparesByContent) {
    EXPECT_EQ(shown("optional.of(1) == optional.of(1) && optional.of(1) != optional.none() && optional.none() == optional.none()"), "true");
    EXPECT_EQ(shown("dyn(optional.of(1)) == 1"), "false");
}

}  // namespace
}  // namespace anchor::cel
