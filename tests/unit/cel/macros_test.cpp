// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

TEST(Macros, GoThroughListsAndTheKeysOfMaps) {
    EXPECT_EQ(shown("[1, 2, 3].all(x, x > 0) && [].all(x, false)"), "true");
    EXPECT_EQ(shown("[1, 2, 3].exists(x, x == 2) && ![].exists(x, true)"), "true");
    EXPECT_EQ(shown("[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2)"), "true");
    EXPECT_EQ(shown("{'a': 1, 'b': 2}.all(k, k in ['a', 'b'])"), "true");
    EXPECT_EQ(shown("{'a': 1, 'b': 2}.map(k, k + '!')"), "[\"a!\", \"b!\"]");
    EXPECT_EQ(shown("{1: 'a', 2: 'b'}.filter(k, k > 1)"), "[2]");
    EXPECT_EQ(shown("[1, 2, 3, 4].map(x, x % 2 == 0, x * x)"), "[4, 16]");
}

TEST(Macros, OfTwoVariablesGetIndexOrKeyAndValue) {
    EXPECT_EQ(shown("[5, 6].all(i, v, v == i + 5)"), "true");
    EXPECT_EQ(shown("{'a': 1}.exists(k, v, k == 'a' && v == 1)"), "true");
    EXPECT_EQ(shown("[1, 1].existsOne(i, v, v == 1 && i == 0)"), "true");
    EXPECT_EQ(shown("['a', 'b'].transformList(i, v, string(i) + v)"), "[\"0a\", \"1b\"]");
    EXPECT_EQ(shown("[1, 2, 3].transformList(i, v, i > 0, v * i)"), "[2, 6]");
    EXPECT_EQ(shown("['a', 'b'].transformMap(i, v, v + v)"), "{0: \"aa\", 1: \"bb\"}");
    EXPECT_EQ(shown("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)"), "{\"b\": 20}");
    EXPECT_EQ(shown("{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})"), "{1: \"a\", 2: \"b\"}");
    EXPECT_EQ(shown("{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})"), "error: a map has the same key twice");
}

TEST(Macros, NestAndHideOuterVariables) {
    EXPECT_EQ(shown("[1, 2].map(x, [10, 20].map(y, x + y))"), "[[11, 21], [12, 22]]");
    EXPECT_EQ(shown("[1, 2].map(x, [x].map(x, x + 1)[0] + x)"), "[3, 5]");
    EXPECT_EQ(shown("[[1, 2], [3]].all(l, l.exists(x, x > 1))"), "true");
}

TEST(Macros, RefuseARangeThatIsNone) {
    EXPECT_EQ(shown("dyn(1).all(x, true)").substr(0, 24), "error: no such overload:");
    EXPECT_EQ(shown("[1].all(x, dyn(1))").substr(0, 24), "error: no such overload:");
    EXPECT_EQ(shown("{'a': 1}[dyn('b')].all(x, true)").substr(0, 8), "refused:");
}

TEST(Bind, NamesAValueOnce) {
    EXPECT_EQ(shown("cel.bind(x, 20, x + x + 2)"), "42");
    EXPECT_EQ(shown("cel.bind(x, 1, cel.bind(y, x + 1, [x, y]))"), "[1, 2]");
    EXPECT_EQ(shown("cel.bind(x, 1 / 0, true)", kAnyLiteral), "true");
    EXPECT_EQ(shown("cel.bind(x, 1 / 0, x > 0)", kAnyLiteral), "error: division by zero");
}

TEST(Extensions, ExistOnlyWhereTheyAreEnabled) {
    const Environment bare(Extension::None);

    for (const std::string_view text : {"'a'.upperAscii()", "math.abs(1)", "base64.encode(b'')", "ip('::1')", "optional.of(1)", "{}.?a",
                                        "[?1]", "[1].all(i, v, true)", "cel.bind(x, 1, x)"}) {
        EXPECT_FALSE(compile(bare, text).has_value()) << text;
    }
    EXPECT_TRUE(compile(bare, "[1].all(x, size('a') == x)").has_value());
}

}  // namespace
}  // namespace anchor::cel
