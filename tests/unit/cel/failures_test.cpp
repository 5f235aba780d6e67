// SPDX-License-Identifier: Apache-2.0
// Errors and unknowns as values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

using testing::ElementsAre;

// Two unknown bools p (0) and q (1), a number n (2) that is unknown too, and a known list l (3).
Value with_unknowns(std::string_view expression, Arena& arena) {
    Environment environment;
    const bool declared = environment.declare("p", TypeKind::Bool).has_value() && environment.declare("q", TypeKind::Bool).has_value() &&
                          environment.declare("n", TypeKind::Int).has_value() &&
                          environment.declare("l", Type::list(TypeKind::Int)).has_value();
    const Result<Program> program = compile(environment, expression);
    EXPECT_TRUE(declared && program.has_value()) << expression;
    const std::array<Value, 2> numbers{Value::integer(1), Value::integer(2)};
    const std::array<Value, 4> values{Value::unknown(0), Value::unknown(1), Value::unknown(2), Value::list(numbers)};
    Scratch scratch;
    return copy(arena, program->evaluate(values, scratch));
}

std::vector<std::uint32_t> missing(std::string_view expression) {
    Arena arena;
    const Value value = with_unknowns(expression, arena);
    if (!value.is(Kind::Unknown)) {
        ADD_FAILURE() << expression << ": " << to_string(value);
        return {};
    }
    const auto attributes = value.unknown_attributes();
    return {attributes.begin(), attributes.end()};
}

std::string decided(std::string_view expression) {
    Arena arena;
    return to_string(with_unknowns(expression, arena));
}

TEST(Unknown, IsNamedByWhatIsMissing) {
    EXPECT_THAT(missing("p"), ElementsAre(0));
    EXPECT_THAT(missing("p && q"), ElementsAre(0, 1));
    EXPECT_THAT(missing("q || p || n > 1"), ElementsAre(0, 1, 2));
    EXPECT_THAT(missing("[n, 1][0] + n"), ElementsAre(2));
    EXPECT_THAT(missing("p ? 1 : n"), ElementsAre(0));
    EXPECT_THAT(missing("true ? n : 1"), ElementsAre(2));
}

TEST(Unknown, GivesWayToASideThatDecides) {
    EXPECT_EQ(decided("p && false"), "false");
    EXPECT_EQ(decided("true || p"), "true");
    EXPECT_EQ(decided("(p || true) && !(q && false)"), "true");
}

TEST(Unknown, OutlivesAnErrorBecauseItMayYetDecide) {
    EXPECT_THAT(missing("1 / 0 > 0 || p"), ElementsAre(0));
    EXPECT_THAT(missing("p && 1 / 0 > 0"), ElementsAre(0));
    EXPECT_THAT(missing("n + 1 / 0 > 1"), ElementsAre(2));
}

TEST(Unknown, FlowsThroughComprehensions) {
    EXPECT_THAT(missing("l.all(e, e > 0 && p)"), ElementsAre(0));
    EXPECT_EQ(decided("l.all(e, e > 1 && p)"), "false");
    EXPECT_EQ(decided("l.exists(e, e == 2 || p)"), "true");
    EXPECT_THAT(missing("l.exists(e, e == 3 || q)"), ElementsAre(1));
    EXPECT_THAT(missing("l.exists_one(e, e == n)"), ElementsAre(2));
    EXPECT_THAT(missing("l.map(e, e + n)"), ElementsAre(2));
    EXPECT_THAT(missing("l.filter(e, p)"), ElementsAre(0));
    EXPECT_THAT(missing("[n].all(e, e > 0)"), ElementsAre(2));
}

TEST(Unknown, FlowsThroughFunctionsFieldsAndOptionals) {
    EXPECT_THAT(missing("string(n) == ''"), ElementsAre(2));
    EXPECT_THAT(missing("{'k': n}.k"), ElementsAre(2));
    EXPECT_THAT(missing("optional.of(n).hasValue()"), ElementsAre(2));
    EXPECT_THAT(missing("n in [1, 2]"), ElementsAre(2));
    EXPECT_THAT(missing("l[n]"), ElementsAre(2));
}

TEST(Failure, OfOneElementDoesNotHideADecisiveOne) {
    EXPECT_EQ(shown("[0, 1].all(e, 1 / e == 0)", kAnyLiteral), "false");
    EXPECT_EQ(shown("[0, 1].exists(e, 1 / e == 1)", kAnyLiteral), "true");
    EXPECT_EQ(shown("[0, 1].all(e, 1 / e == 1)", kAnyLiteral), "error: division by zero");
    EXPECT_EQ(shown("[0, 1].exists_one(e, 1 / e == 1)", kAnyLiteral), "error: division by zero");
    EXPECT_EQ(shown("[0, 1].map(e, 1 / e)", kAnyLiteral), "error: division by zero");
    EXPECT_EQ(shown("[0, 1].filter(e, 1 / e == 1)", kAnyLiteral), "error: division by zero");
}

TEST(Evaluation, OfAProgramWithoutItsValuesIsAnError) {
    Environment environment;
    ASSERT_TRUE(environment.declare("a", TypeKind::Int).has_value());
    ASSERT_TRUE(environment.declare("b", TypeKind::Int).has_value());
    const Result<Program> program = compile(environment, "b == 1");
    ASSERT_TRUE(program.has_value());

    const std::array<Value, 1> too_few{Value::integer(1)};
    Scratch scratch;
    const Value value = program->evaluate(too_few, scratch);

    EXPECT_EQ(to_string(value), "error: a variable of this expression has no value");
}

TEST(Evaluation, DistrustsValuesOfAnotherTypeThanDeclared) {
    const std::vector<Given> given{{"i", TypeKind::Int, Value::string("seven")}, {"s", TypeKind::String, Value::integer(7)}};

    EXPECT_EQ(shown("i < 7", given).substr(0, 22), "error: no such overloa");
    EXPECT_EQ(shown("i + 1", given).substr(0, 22), "error: no such overloa");
    EXPECT_EQ(shown("s.startsWith('x')", given).substr(0, 22), "error: no such overloa");
    EXPECT_EQ(shown("s == 'x'", given), "false");
    EXPECT_EQ(shown("s in ['a', 'b']", given), "false");
}

}  // namespace
}  // namespace anchor::cel
