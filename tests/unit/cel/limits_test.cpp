// SPDX-License-Identifier: Apache-2.0
// No expression, whoever wrote it, runs long, takes much memory or overflows the stack.
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
}

constexpr std::string_view kDepth = "nested deeper than 200 levels";
constexpr std::string_view kCost = "error: the evaluation takes more steps than it was granted";
constexpr std::string_view kMemory = "error: the evaluation needs more memory than it was granted";

void expect_refused(const std::string& expression, std::string_view why) {
    const std::string result = shown(expression);
    EXPECT_EQ(result.substr(0, 8), "refused:") << expression.substr(0, 40);
    EXPECT_NE(result.find(why), std::string::npos) << result;
}

TEST(Limits, OnDepthHoldForEveryWayToNest) {
    expect_refused(repeated("(", 1000) + "1" + repeated(")", 1000), kDepth);
    expect_refused(repeated("[", 1000) + repeated("]", 1000), kDepth);
    expect_refused(repeated("{1:", 1000) + "1" + repeated("}", 1000), kDepth);
    expect_refused(repeated("true?true:", 1000) + "true", kDepth);
    expect_refused("1" + repeated("+1", 1000), kDepth);
    expect_refused("{}" + repeated(".a", 1000), kDepth);
    expect_refused("[]" + repeated("[0]", 1000), kDepth);
    expect_refused("[1]" + repeated(".map(x, x)", 1000), kDepth);
    expect_refused(repeated("!", 1000) + "true", "too many signs in a row");
    expect_refused(repeated("- ", 1000) + "1", "too many signs in a row");
    expect_refused(repeated("size(", 1000) + "1" + repeated(")", 1000), kDepth);
}

TEST(Limits, OnLengthHoldForTextAndElements) {
    expect_refused("'" + std::string(70'000, 'a') + "'", "longer than 65536 octets");
    expect_refused(std::string(10'000'000, '('), "longer than 65536 octets");
    expect_refused("[" + repeated("1,", 20'000) + "1]", "longer than 10000 elements");
}

TEST(Limits, LongChainsOfLogicAreFine) {
    EXPECT_EQ(shown("true" + repeated(" && true", 2000)), "true");
    EXPECT_EQ(shown("false" + repeated(" || false", 2000)), "false");
}

TEST(Limits, OnCostEndNestedComprehensions) {
    const std::string ten = "[0,1,2,3,4,5,6,7,8,9]";
    std::string expression = "true";
    for (int i = 0; i < 9; ++i) expression = ten + ".all(v" + std::to_string(i) + ", " + expression + ")";

    EXPECT_EQ(shown(expression), kCost);
    EXPECT_EQ(shown("(" + expression + ") || true"), kCost);
}

TEST(Limits, OnMemoryEndTextsThatDouble) {
    std::string expression = "'0123456789abcdef'";
    for (int i = 0; i < 30; ++i)
        expression = "cel.bind(t" + std::to_string(i) + ", " + expression + ", t" + std::to_string(i) + " + t" + std::to_string(i) + ")";

    EXPECT_EQ(shown("size(" + expression + ")"), kMemory);
}

TEST(Limits, OnMemoryEndListsThatMultiply) {
    const std::string hundred = "[" + repeated("0,", 99) + "0]";

    const std::string result = shown("size(" + hundred + ".map(a, " + hundred + ".map(b, " + hundred + ")))");
    const std::string deeper = shown("size(" + hundred + ".map(a, " + hundred + ".map(b, [a, b, a, b, a, b, a, b])))");

    EXPECT_EQ(result, "100");
    EXPECT_EQ(deeper, kMemory);
}

TEST(Limits, ReplaceAndJoinPayForWhatTheyMake) {
    const std::string long_text = "'" + std::string(20'000, 'a') + "'";

    EXPECT_EQ(shown("size(" + long_text + ".replace('a', " + long_text + "))"), kMemory);
    EXPECT_EQ(shown("size(" + long_text + ".split(''))"), "20000");
    EXPECT_EQ(shown("size([" + long_text + "].map(t, " + long_text + ".split('').join(t)))"), kMemory);
}

TEST(Limits, ComparisonsOfLargeValuesArePaidFor) {
    std::vector<Value> numbers(50'000, Value::integer(1));
    const std::vector<Given> given{{"l", Type::list(TypeKind::Int), Value::list(numbers)}};

    EXPECT_EQ(shown("l == l && l != []", given), "true");
    EXPECT_EQ(shown("l.all(x, l == l)", given), kCost);
    EXPECT_EQ(shown("l.all(x, !(2 in l))", given), kCost);
}

TEST(Limits, PatternsAreBounded) {
    EXPECT_EQ(shown("'a'.matches('((a{1,100}){1,100}){1,100}')"), "refused: line 1, column 5: matches(): the pattern is no RE2 expression");
    EXPECT_EQ(shown("'" + std::string(30'000, 'a') + "!'.matches('^(a+)+$')"),
              "false");  // what takes other engines for ever
    const std::string many = "[" + repeated("0,", 999) + "0]";
    EXPECT_EQ(shown(many + ".all(x, 'a'.matches(dyn('a|b|c|d') + string(x)) || true)"), kCost);
}

TEST(Limits, HoldForTheCompilerToo) {
    const std::vector<Given> given{{"s", TypeKind::String, Value::string("b")}};

    expect_refused("true" + repeated("&&1==x", 1500), "undeclared name 'x'");
    EXPECT_EQ(shown("true" + repeated("&&s.matches('b')", 64), given), "true");
    EXPECT_EQ(shown("true" + repeated("&&s.matches('b')", 65), given),
              "refused: line 1, column 1041: an expression has at most 64 patterns");
    EXPECT_EQ(shown("true" + repeated("&&[]==[]", 1600)), "true");
}

TEST(Limits, AreThoseOfTheScratch) {
    Limits limits;
    limits.cost = 10;
    Environment environment;
    const Result<Program> program = compile(environment, "[1, 2, 3, 4, 5].all(x, x > 0)");
    ASSERT_TRUE(program.has_value());

    Scratch poor(limits);
    Scratch rich;

    EXPECT_EQ(to_string(program->evaluate({}, poor)), kCost);
    EXPECT_EQ(to_string(program->evaluate({}, rich)), "true");
    EXPECT_GT(rich.spent(), 10U);
}

}  // namespace
}  // namespace anchor::cel
