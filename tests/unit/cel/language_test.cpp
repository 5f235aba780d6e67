// SPDX-License-Identifier: Apache-2.0
// The core of the language, one table a topic: an expression and what it evaluates to, printed.
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

struct Case {
    std::string_view expression;
    std::string_view result;
};

void expect_all(std::initializer_list<Case> cases, CompileOptions options = kAnyLiteral) {
    for (const Case& one : cases) EXPECT_EQ(shown(one.expression, options), one.result) << one.expression;
}

constexpr std::string_view kOverflow = "error: the result is outside the range of its type";
constexpr std::string_view kZero = "error: division by zero";
constexpr std::string_view kOverload = "error: no such overload: a function or operator does not take values of these types";

TEST(Arithmetic, ReportsEveryOverflow) {
    expect_all({
        {"9223372036854775807 + 1", kOverflow},
        {"-9223372036854775808 - 1", kOverflow},
        {"-9223372036854775808 / -1", kOverflow},
        {"-9223372036854775808 % -1", kOverflow},
        {"-(-9223372036854775808)", kOverflow},
        {"0u - 1u", kOverflow},
        {"18446744073709551615u + 1u", kOverflow},
        {"18446744073709551615u * 2u", kOverflow},
        {"1 / 0", kZero},
        {"1u % 0u", kZero},
        {"1.0 / 0.0", "double(\"Infinity\")"},
    });
}

TEST(Arithmetic, RoundsTowardsZeroAndKeepsTheSignOfTheDividend) {
    expect_all({{"-7 / 2", "-3"}, {"-7 % 2", "-1"}, {"7 % -2", "1"}, {"7u / 2u", "3u"}, {"--5", "5"}, {"-5 - -5", "0"}});
}

TEST(Equality, ComparesNumbersByValueAcrossTypes) {
    expect_all({
        {"dyn(1) == 1.0 && dyn(1u) == 1 && dyn(1.0) == 1u", "true"},
        {"dyn(1.5) == 1", "false"},
        {"dyn(-1) == 18446744073709551615u", "false"},
        {"[1, 2.0, 3u] == [1.0, 2u, 3]", "true"},
        {"{'a': dyn(1)} == {'a': 1.0}", "true"},
        {"double('NaN') == double('NaN')", "false"},
        {"double('NaN') != double('NaN')", "true"},
        {"[double('NaN')] == [double('NaN')]", "false"},
        {"0.0 == -0.0", "true"},
        {"dyn('1') == 1", "false"},
        {"dyn(null) == false", "false"},
    });
}

TEST(Order, HasNoPlaceForNaNAndIsAnErrorBetweenKinds) {
    expect_all({
        {"double('NaN') < 1.0 || double('NaN') >= 1.0", "false"},
        {"dyn('a') < 1", kOverload},
        {"dyn([1]) < dyn([2])", kOverload},
        {"1 < 1.5 && 2u > 1 && -1 < 0u", "true"},
        {"b'a' < b'b' && false < true", "true"},
        {"duration('1s') < duration('1m')", "true"},
    });
}

TEST(Logic, NeedsOnlyOneSideThatDecides) {
    expect_all({
        {"false && 1 / 0 > 0", "false"},
        {"1 / 0 > 0 && false", "false"},
        {"true || 1 / 0 > 0", "true"},
        {"1 / 0 > 0 || true", "true"},
        {"1 / 0 > 0 && true", kZero},
        {"false || 1 / 0 > 0 || false", kZero},
        {"true && true && 1 / 0 > 0 && false", "false"},
        {"true ? 1 : 1 / 0", "1"},
        {"1 / 0 > 0 ? 1 : 2", kZero},
    });
}

TEST(Logic, TakesNothingButBoolsWhenNobodyChecked) {
    expect_all(
        {
            {"1 && true", kOverload},
            {"1 && false", "false"},
            {"'a' || true", "true"},
            {"'a' || false", kOverload},
            {"!1", kOverload},
            {"1 ? 2 : 3", kOverload},
            {"missing || true", "true"},
            {"missing && true", "error: undeclared name 'missing'"},
        },
        kUnchecked);
}

TEST(Access, ToListsAndMapsFailsByName) {
    expect_all({
        {"[1, 2][1]", "2"},
        {"[1, 2][2]", "error: index out of range"},
        {"[1, 2][-1]", "error: index out of range"},
        {"[1, 2][dyn(1.0)] + [1, 2][dyn(0u)]", "3"},
        {"[1, 2][dyn(0.5)]", kOverload},
        {"{'a': 1}.a", "1"},
        {"{'a': 1}.b", "error: no such key"},
        {"{1: 'x'}[dyn(1.0)] + {1u: 'y'}[dyn(1)]", "\"xy\""},
        {"{'a': 1}.`a`", "1"},
        {"dyn(1).a", kOverload},
        {"has({'a': null}.a) && !has({'a': 1}.b)", "true"},
    });
}

TEST(Membership, LooksAtKeysOfMapsAndElementsOfLists) {
    expect_all({
        {"'a' in {'a': 1} && !('b' in {'a': 1})", "true"},
        {"dyn(1.0) in [1, 2] && dyn(2u) in {2: 0}", "true"},
        {"dyn(1.5) in {1: 0}", "false"},
        {"[1] in [[2], [1]]", "true"},
        {"7 in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]", "true"},
        {"dyn(7.0) in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]", "true"},
        {"'q' in ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p']", "false"},
    });
}

TEST(Maps, RefuseTheSameKeyTwiceAndKeysThatAreNone) {
    expect_all({
        {"{1: 'a', 1u: 'b'}", "error: a map has the same key twice"},
        {"{dyn(1.5): 'a'}", "error: a map key must be a bool, int, uint or string"},
        {"{0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 5u: 1}", "error: a map has the same key twice"},
        {"{0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e', 5: 'f', 6: 'g', 7: 'h', 8: 'i', 9: 'j'}[7]", "\"h\""},
    });
}

TEST(Conversion, RefusesWhatDoesNotFit) {
    expect_all({
        {"int('-12') + int(3.99) + int(4u)", "-5"},
        {"int('0x10')", "error: int(): this text is no int"},
        {"int('')", "error: int(): this text is no int"},
        {"int(9223372036854775808.0)", kOverflow},
        {"int(double('NaN'))", kOverflow},
        {"uint(-1)", kOverflow},
        {"uint(-1.0)", kOverflow},
        {"uint(1e19)", "10000000000000000000u"},
        {"double('1e3') + double(2) + double(3u)", "1005.0"},
        {"double('one')", "error: double(): this text is no double"},
        {"string(1e300) + string(-7) + string(true)", "\"1e+300-7true\""},
        {"string(0.1)", "\"0.1\""},
        {"string(b'\\xff')", "error: string(): these octets are no UTF-8"},
        {"bytes('\\u00fc')", "b\"\\xc3\\xbc\""},
        {"bool('TRUE') && !bool('0')", "true"},
        {"bool('yes')", "error: bool(): this text is neither true nor false"},
        {"type(type(1)) == type && type([]) == list && type({}) == map", "true"},
        {"type(null) == null_type && type(1u) != int", "true"},
    });
}

TEST(Literals, SpellEveryValue) {
    expect_all({
        {"0xff + 0X0F", "270"},
        {"-0x8000000000000000", "-9223372036854775808"},
        {"1e-3 == .001 && 2.5E+2 == 250.0", "true"},
        {"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\'\\\"\\`' == \"\\x07\\x08\\x0c\\x0a\\x0d\\x09\\x0b\\x5c\\x3f\\x27\\x22\\x60\"", "true"},
        {"'\\101\\x41\\u0041\\U00000041'", "\"AAAA\""},
        {"b'\\377\\xff' == b'\\xFF\\XFF'", "true"},
        {"'\\377' == '\\u00ff'", "true"},
        {"r'\\n' == '\\\\n' && R\"\"\"a\"b\"\"\" == 'a\"b'", "true"},
        {"'''a\nb'''", "\"a\\nb\""},
        {"br'\\x' == b'\\\\x' && BR'\\x' == bR'\\x'", "true"},
        {"[1, 2,] == [1, 2] && {'a': 1,} == {'a': 1}", "true"},
    });
}

TEST(Text, IsSearchedAndMeasuredByCodePoints) {
    expect_all({
        {"size('\xe2\x82\xac\xf0\x9f\x98\x80') == 2 && 'ab'.size() == 2 && size(b'\xe2\x82\xac') == 3", "true"},
        {"'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('') && !'abc'.contains('d')", "true"},
        {"'abc'.matches('b') && matches('abc', '^a.c$') && !'abc'.matches('^b')", "true"},
        {"'\xe2\x82\xac'.matches('^.$')", "true"},
        {"'a'.matches(dyn('('))", "error: matches(): the pattern is no RE2 expression"},
    });
}

TEST(Operators, BindAsTheGrammarSays) {
    expect_all({
        {"1 + 2 * 3 - 4 / 2", "5"},
        {"10 - 3 - 2", "5"},
        {"true || false && false", "true"},
        {"!true || true", "true"},
        {"1 < 2 == true", "true"},
        {"false ? 1 : true ? 2 : 3", "2"},
        {"-2 .size()",
         "refused: line 1, column 5: 'size' does not take int.(); it takes (string) or (bytes) or (list(A)) or (map(A, B)) or others"},
        {"1 in [1] && !(2 in [1])", "true"},
    });
}

}  // namespace
}  // namespace anchor::cel
