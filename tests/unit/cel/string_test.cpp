// SPDX-License-Identifier: Apache-2.0
// The string, math and encoder extensions.
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

struct Case {
    std::string_view expression;
    std::string_view result;
};

void expect_all(std::initializer_list<Case> cases) {
    for (const Case& one : cases) EXPECT_EQ(shown(one.expression, kAnyLiteral), one.result) << one.expression;
}

constexpr std::string_view kRange = "error: index out of range";

TEST(StringExtension, CountsCodePoints) {
    expect_all({
        {"'\xc3\xbc\xe2\x82\xac!'.charAt(1)", "\"\xe2\x82\xac\""},
        {"'ab'.charAt(2)", "\"\""},
        {"'ab'.charAt(3)", kRange},
        {"'ab'.charAt(-1)", kRange},
        {"'\xc3\xbc\xe2\x82\xac!'.indexOf('!')", "2"},
        {"'\xc3\xbc\xe2\x82\xac!'.substring(1, 2)", "\"\xe2\x82\xac\""},
        {"'abc'.substring(2, 1)", kRange},
        {"'abc'.substring(4)", kRange},
        {"'abcabc'.lastIndexOf('abc', 2)", "0"},
        {"'abc'.lastIndexOf('')", "3"},
        {"'abc'.indexOf('', 3)", "3"},
        {"'abc'.indexOf('a', 4)", kRange},
        {"'a\xc3\xbcz'.reverse()", "\"z\xc3\xbc\x61\""},
    });
}

TEST(StringExtension, SplitsJoinsAndReplaces) {
    expect_all({
        {"'a,b,,c'.split(',')", "[\"a\", \"b\", \"\", \"c\"]"},
        {"'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]"},
        {"'a,b'.split(',', 0)", "[]"},
        {"'a,b'.split(',', 1)", "[\"a,b\"]"},
        {"'a,b'.split(',', -1)", "[\"a\", \"b\"]"},
        {"'\xc3\xbcz'.split('')", "[\"\xc3\xbc\", \"z\"]"},
        {"''.split('')", "[]"},
        {"''.split(',')", "[\"\"]"},
        {"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
        {"['a', 'b'].join('-') + [].join('-') + ['c'].join()", "\"a-bc\""},
        {"dyn(['a', 1]).join('')", "error: no such overload: a function or operator does not take values of these types"},
        {"'aaa'.replace('a', 'b', 2)", "\"bba\""},
        {"'aaa'.replace('a', 'b', 0)", "\"aaa\""},
        {"'aaa'.replace('a', 'bb', -1)", "\"bbbbbb\""},
        {"'\xc3\xbcz'.replace('', '_')", "\"_\xc3\xbc_z_\""},
        {"'ab'.replace('', '_', 2)", "\"_a_b\""},
        {"'  \\u2003x y\\n'.trim()", "\"x y\""},
        {"'   '.trim()", "\"\""},
        {"'aZ\xc3\x84'.lowerAscii() + 'aZ\xc3\xa4'.upperAscii()",
         "\"az\xc3\x84"
         "AZ\xc3\xa4\""},
        {"strings.quote('a\"b\\n\\\\')", "\"\\\"a\\\\\\\"b\\\\n\\\\\\\\\\\"\""},
    });
}

TEST(Format, ShowsEveryKind) {
    expect_all({
        {"'%s %s %s'.format(['a', 1, true])", "\"a 1 true\""},
        {"'%s'.format([[1, 'a', null, {'k': 2.5}]])", "\"[1, a, null, {k: 2.5}]\""},
        {"'%s'.format([{'b': 1, 'a': 2, 1: 3, true: 4}])", "\"{1: 3, a: 2, b: 1, true: 4}\""},
        {"'%s %s'.format([timestamp(0), duration('90m')])", "\"1970-01-01T00:00:00Z 5400s\""},
        {"'%s'.format([int])", "\"int\""},
        {"'%s'.format([1e6])", "\"1000000\""},
        {"'%d|%d|%d'.format([-1, 2u, double('NaN')])", "\"-1|2|NaN\""},
        {"'%f %.0f %.3f'.format([1.5, 2.5, 2])", "\"1.500000 2 2.000\""},
        {"'%e %.2e'.format([1234.5, 0.00012])", "\"1.234500e+03 1.20e-04\""},
        {"'%b %b %b'.format([5, -5, true])", "\"101 -101 1\""},
        {"'%x %X %o'.format([-30, 'hi', 8u])", "\"-1e 6869 10\""},
        {"'100%%'.format([])", "\"100%\""},
    });
}

TEST(Format, RefusesWhatItCannotShow) {
    expect_all({
        {"'%d'.format(['a'])", "error: format(): a clause can't show a value of this type"},
        {"'%b'.format([1.5])", "error: format(): a clause can't show a value of this type"},
        {"'%s %s'.format([1])", "error: format(): there are more clauses than arguments"},
        {"'%a'.format([1])", "error: format(): there is no such clause"},
        {"'%'.format([1])", "error: format(): there is no such clause"},
        {"'%.101f'.format([1])", "error: format(): more than 100 decimals"},
        {"'%.f'.format([1.0])", "error: format(): there is no such clause"},
    });
}

TEST(MathExtension, ComparesRoundsAndShifts) {
    expect_all({
        {"math.greatest(1, 2.5, 2u)", "2.5"},
        {"math.least([3, 1, 2])", "1"},
        {"math.greatest([])", "error: math.greatest() and math.least() want a list with elements"},
        {"math.greatest(1)", "1"},
        {"math.ceil(1.2) + math.floor(-1.2) + math.round(2.5) + math.round(-2.5) + math.trunc(-1.9)", "-1.0"},
        {"math.abs(-9223372036854775808)", "error: the result is outside the range of its type"},
        {"math.abs(-1.5) + double(math.abs(2u)) + double(math.abs(-3))", "6.5"},
        {"math.sign(-2) + int(math.sign(3.5)) + int(math.sign(0u))", "0"},
        {"math.sqrt(9) == 3.0 && math.isNaN(math.sqrt(-1.0))", "true"},
        {"math.bitOr(1, 6) == 7 && math.bitXor(5u, 1u) == 4u && math.bitAnd(-1, 255) == 255 && math.bitNot(0) == -1", "true"},
        {"math.bitShiftLeft(1, 63)", "-9223372036854775808"},
        {"math.bitShiftRight(-1, 63)", "1"},
        {"math.bitShiftLeft(1, 64)", "0"},
        {"math.bitShiftLeft(1, -1)", "error: a shift by a negative number of bits"},
        {"math.isInf(1.0 / 0.0) && math.isFinite(1.0) && !math.isFinite(0.0 / 0.0)", "true"},
    });
}

TEST(EncoderExtension, ReadsBase64WithAndWithoutPadding) {
    expect_all({
        {"base64.encode(b'hi')", "\"aGk=\""},
        {"base64.decode('aGk=') == base64.decode('aGk') && base64.decode('') == b''", "true"},
        {"base64.decode('a')", "error: base64.decode(): this text is no base64"},
        {"base64.decode('a?==')", "error: base64.decode(): this text is no base64"},
    });
}

}  // namespace
}  // namespace anchor::cel
