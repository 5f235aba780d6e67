// SPDX-License-Identifier: Apache-2.0
// What the parser refuses, and where it points.
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

TEST(Parser, PointsAtLineAndColumnInCodePoints) {
    EXPECT_EQ(shown("1 +\n  '\xc3\xbc\xe2\x82\xac' + )"), "refused: line 2, column 10: expected a value, found ')'");
    EXPECT_EQ(shown(""), "refused: line 1, column 1: expected a value, found the end of the expression");
    EXPECT_EQ(shown("1 2"), "refused: line 1, column 3: expected an operator or the end of the expression, found '2'");
}

TEST(Parser, ExplainsCommonSlips) {
    EXPECT_EQ(shown("1 = 1"), "refused: line 1, column 3: '=' is no operator: compare with '=='");
    EXPECT_EQ(shown("true & false"), "refused: line 1, column 6: '&' is no operator: 'and' is written '&&'");
    EXPECT_EQ(shown("'open"), "refused: line 1, column 1: this text does not end");
    EXPECT_EQ(shown("'a\n'"), "refused: line 1, column 1: this text does not end on its line (use three quotes)");
    EXPECT_EQ(shown("12monkeys"), "refused: line 1, column 1: this is no number");
    EXPECT_EQ(shown("(1 + 2"), "refused: line 1, column 7: expected ')', found the end of the expression");
    EXPECT_EQ(shown("[1 2]"), "refused: line 1, column 4: expected ',' or ']', found '2'");
    EXPECT_EQ(shown("{'a' 1}"), "refused: line 1, column 6: expected ':' and a value for this key, found '1'");
    EXPECT_EQ(shown("true ? 1"), "refused: line 1, column 9: expected ':' and the other value of '?', found the end of the expression");
    EXPECT_EQ(shown("Message{a: 1}"),
              "refused: line 1, column 8: messages are not part of this language: there is no type that could be made with '{'");
}

TEST(Parser, RefusesReservedWordsAsNamesButNotAsFields) {
    EXPECT_EQ(shown("for"), "refused: line 1, column 1: 'for' is a reserved word");
    EXPECT_EQ(shown("{'for': 1}.for"), "1");
    EXPECT_EQ(shown("{'in': 1}.in"), "refused: line 1, column 11: expected a field or function name, found 'in'");
}

TEST(Parser, RefusesEscapesAndNumbersThatDoNotExist) {
    EXPECT_EQ(shown("'a\\q'"), "refused: line 1, column 3: there is no such escape sequence");
    EXPECT_EQ(shown("'\\ud800'"), "refused: line 1, column 2: this escape sequence is no Unicode code point");
    EXPECT_EQ(shown("'\\U00110000'"), "refused: line 1, column 2: this escape sequence is no Unicode code point");
    EXPECT_EQ(shown("b'\\u0041'"), "refused: line 1, column 3: there is no such escape sequence");
    EXPECT_EQ(shown("'\\08'"), "refused: line 1, column 2: there is no such escape sequence");
    EXPECT_EQ(shown("9223372036854775808"), "refused: line 1, column 1: this number does not fit an int (64 bits)");
    EXPECT_EQ(shown("18446744073709551616u"), "refused: line 1, column 1: this number does not fit a uint (64 bits)");
    EXPECT_EQ(shown("1e999"), "refused: line 1, column 1: this number does not fit a double");
}

TEST(Parser, RefusesOctetsThatAreNoText) { EXPECT_EQ(shown("'\xff'"), "refused: line 1, column 2: this octet is not UTF-8"); }

TEST(Parser, SkipsCommentsAndBlankLines) { EXPECT_EQ(shown("// first\n1 // one\n\n + 2 // two"), "3"); }

TEST(Parser, RefusesMacrosWithoutVariables) {
    EXPECT_EQ(shown("[1].all(1, true)"), "refused: line 1, column 9: this argument of the macro must be a plain variable name");
    EXPECT_EQ(shown("has(1)"), "refused: line 1, column 5: has() takes a field, such as has(device.serial)");
    EXPECT_EQ(shown("[1].all(a, a, true)"), "refused: line 1, column 12: the two variables of the macro have the same name");
}

TEST(Parser, LeavesMacrosAloneWhereTheyAreSwitchedOff) {
    constexpr CompileOptions kNoMacros{.check = true, .macros = false, .validate_literals = true};

    EXPECT_EQ(shown("has({'a': 1}.a)", kNoMacros), "refused: line 1, column 1: there is no function 'has'");
}

}  // namespace
}  // namespace anchor::cel
