// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "evaluation.h"

namespace anchor::cel {
namespace {

const std::vector<Given>& claims() {
    static const std::vector<Given> given{{"boot.secure_boot", TypeKind::Bool, Value::boolean(true)},
                                          {"os.version", TypeKind::String, Value::string("12.5")},
                                          {"net.ports", Type::list(TypeKind::Int), Value::list({})},
                                          {"n", TypeKind::Int, Value::integer(3)},
                                          {"any", TypeKind::Dyn, Value::integer(3)}};
    return given;
}

TEST(Checker, NamesTheOperandsThatDoNotFit) {
    EXPECT_EQ(shown("n + 'a'", claims()),
              "refused: line 1, column 3: '+' does not take (int, string); it takes (int, int) or (uint, uint) or (double, double) or "
              "(string, string) or others");
    EXPECT_EQ(shown("os.version == 12", claims()), "refused: line 1, column 12: '==' does not take (string, int); it takes (A, A)");
    EXPECT_EQ(shown("n && true", claims()), "refused: line 1, column 1: '&&' wants bool, this is int");
    EXPECT_EQ(shown("n ? 1 : 2", claims()), "refused: line 1, column 1: the condition of '?' is bool, this is int");
    EXPECT_EQ(shown("true ? 1 : 'a'", claims()), "refused: line 1, column 6: both values of '?' must have one type, not int and string");
    EXPECT_EQ(shown("n.all(x, true)", claims()), "refused: line 1, column 1: only lists and maps have elements to go through, this is int");
    EXPECT_EQ(shown("n.field", claims()), "refused: line 1, column 3: a value of type int has no field 'field'");
}

TEST(Checker, SuggestsTheNameThatWasMeant) {
    EXPECT_EQ(shown("boot.secureboot", claims()),
              "refused: line 1, column 1: undeclared name 'boot.secureboot', did you mean 'boot.secure_boot'?");
    EXPECT_EQ(shown("completely.different.thing", claims()), "refused: line 1, column 1: undeclared name 'completely.different.thing'");
    EXPECT_EQ(shown("sise('a')", claims()), "refused: line 1, column 1: there is no function 'sise'");
}

TEST(Checker, TellsThatAVariableIsNoField) {
    EXPECT_EQ(shown("has(boot.secure_boot)", claims()),
              "refused: line 1, column 1: has() takes a field of a map; this is a variable, and it is always there (unknown where nobody "
              "observed it)");
}

TEST(Checker, ReportsEveryMistakeInTheOrderOfTheSource) {
    Environment environment;
    std::vector<Diagnostic> diagnostics;

    const Result<Program> program = compile(environment, "a == 1 &&\n b == 2", {}, &diagnostics);

    ASSERT_FALSE(program.has_value());
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[0].line, 1U);
    EXPECT_EQ(diagnostics[1].line, 2U);
    EXPECT_EQ(diagnostics[1].column, 2U);
    EXPECT_EQ(diagnostics[1].message, "undeclared name 'b'");
}

TEST(Checker, InfersTypes) {
    EXPECT_EQ(type_of("[1, 2]"), "list(int)");
    EXPECT_EQ(type_of("[1, 'a']"), "list(dyn)");
    EXPECT_EQ(type_of("{'a': [1.0]}"), "map(string, list(double))");
    EXPECT_EQ(type_of("[]"), "list(dyn)");
    EXPECT_EQ(type_of("[[], [1]]"), "list(list(int))");
    EXPECT_EQ(type_of("[1].map(e, string(e))"), "list(string)");
    EXPECT_EQ(type_of("{'a': 1}.map(k, k)"), "list(string)");
    EXPECT_EQ(type_of("{'a': 1}.transformMap(k, v, v > 0)"), "map(string, bool)");
    EXPECT_EQ(type_of("[1, 2].transformMap(i, v, v)"), "map(int, int)");
    EXPECT_EQ(type_of("optional.of(1).optMap(x, [x])"), "optional_type(list(int))");
    EXPECT_EQ(type_of("{'a': {'b': 1}}.?a.?b"), "optional_type(int)");
    EXPECT_EQ(type_of("timestamp(0) - timestamp(1)"), "duration");
    EXPECT_EQ(type_of("type(1)"), "type(int)");
    EXPECT_EQ(type_of("cel.bind(x, 1, [x, x])"), "list(int)");
    EXPECT_EQ(type_of("any + 1", claims()), "int");
    EXPECT_EQ(type_of("any + any", claims()), "dyn");
    EXPECT_EQ(type_of("math.greatest(1, 2)"), "int");
    EXPECT_EQ(type_of("[null, timestamp(0)][0]"), "timestamp");
    EXPECT_EQ(type_of("'a'.matches('b')"), "bool");
}

TEST(Checker, ChecksElementsOfMacros) {
    EXPECT_EQ(shown("net.ports.all(p, p == 'ssh')", claims()),
              "refused: line 1, column 20: '==' does not take (int, string); it takes (A, A)");
    EXPECT_EQ(shown("net.ports.exists(p, p)", claims()), "refused: line 1, column 21: the condition of this macro is bool, this is int");
}

TEST(Checker, RefusesLiteralsThatCanOnlyFail) {
    EXPECT_EQ(shown("os.version.matches('(')", claims()), "refused: line 1, column 20: this pattern is no RE2 expression, or too large");
    EXPECT_EQ(shown("duration('1 week')"), "refused: line 1, column 1: duration(): this text is no duration such as '1h30m' or '2.5s'");
    EXPECT_EQ(shown("timestamp('2024-02-30T00:00:00Z')"),
              "refused: line 1, column 1: timestamp(): this text is no RFC 3339 time of the years 0001 to 9999");
    EXPECT_EQ(shown("'%q'.format([n])", claims()), "refused: line 1, column 1: format(): there is no such clause");
    EXPECT_EQ(shown("false && ip('nowhere') == ip('::')", kAnyLiteral), "false");
}

TEST(Names, ResolveFromTheInnermostNameSpaceOut) {
    Environment environment;
    ASSERT_TRUE(environment.declare("x", TypeKind::String).has_value());
    ASSERT_TRUE(environment.declare("a.x", TypeKind::String).has_value());
    ASSERT_TRUE(environment.declare("a.b.x", TypeKind::String).has_value());
    ASSERT_TRUE(environment.declare("a.b.m", Type::map(TypeKind::String, TypeKind::String)).has_value());
    ASSERT_TRUE(environment.set_container("a.b").has_value());
    Arena arena;
    const std::array<MapEntry, 1> entries{MapEntry{Value::string("x"), Value::string("field")}};
    const std::array<Value, 4> values{Value::string("x"), Value::string("a.x"), Value::string("a.b.x"), make_map(arena, entries)};
    const auto evaluated = [&](std::string_view expression) {
        const Result<Program> program = compile(environment, expression);
        Scratch scratch;
        return program.has_value() ? to_string(program->evaluate(values, scratch)) : program.error().what;
    };

    EXPECT_EQ(evaluated("x"), "\"a.b.x\"");
    EXPECT_EQ(evaluated(".x"), "\"x\"");
    EXPECT_EQ(evaluated(".a.x"), "\"a.x\"");
    EXPECT_EQ(evaluated("b.x"), "\"a.b.x\"");
    EXPECT_EQ(evaluated("m.x"), "\"field\"");
    EXPECT_EQ(evaluated("['local'].map(x, x + .x)"), "[\"localx\"]");
}

TEST(Names, PreferTheLongestDeclaredOne) {
    Arena arena;
    const std::array<MapEntry, 1> entries{MapEntry{Value::string("c"), Value::string("field")}};
    const std::vector<Given> given{{"a.b", Type::map(TypeKind::String, TypeKind::String), make_map(arena, entries)},
                                   {"a.b.c", TypeKind::String, Value::string("variable")}};

    EXPECT_EQ(shown("a.b.c", given), "\"variable\"");
    EXPECT_EQ(shown("a.b['c']", given), "\"field\"");
    EXPECT_EQ(shown("{'a.b': 0}.exists(a, a == 'a.b')", given), "true");
}

TEST(Functions, OfTheCallerAreCheckedAndCalled) {
    Environment environment;
    FunctionDeclaration twice{"own.twice", {{{TypeKind::Int}, TypeKind::Int, false}}, [](std::span<const Value> a, Scratch&) {
                                  return a[0].is(Kind::Int) ? Value::integer(2 * a[0].as_int())
                                                            : Value::error(ErrorCode::NoSuchOverload, "int");
                              }};
    ASSERT_TRUE(environment.declare(std::move(twice)).has_value());
    ASSERT_TRUE(environment.declare(FunctionDeclaration{"later", {{{}, TypeKind::Bool, false}}, nullptr}).has_value());
    Scratch scratch;

    const Result<Program> called = compile(environment, "own.twice(21)");
    ASSERT_TRUE(called.has_value()) << called.error().what;
    EXPECT_EQ(to_string(called->evaluate({}, scratch)), "42");
    EXPECT_FALSE(compile(environment, "own.twice('a')").has_value());
    const Result<Program> declared_only = compile(environment, "later()");
    ASSERT_TRUE(declared_only.has_value());
    EXPECT_TRUE(declared_only->evaluate({}, scratch).is(Kind::Error));
}

}  // namespace
}  // namespace anchor::cel
