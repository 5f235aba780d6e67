// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <anchor/cel/environment.h>

namespace anchor::cel {
namespace {

TEST(Environment, NumbersVariablesInTheOrderOfDeclaration) {
    Environment environment;

    EXPECT_EQ(environment.declare("b.c", TypeKind::Int).value(), 0U);
    EXPECT_EQ(environment.declare("a", TypeKind::Bool).value(), 1U);

    ASSERT_NE(environment.find_variable("a"), nullptr);
    EXPECT_EQ(environment.find_variable("a")->slot, 1U);
    EXPECT_EQ(environment.find_variable("b"), nullptr);
}

TEST(Environment, RefusesNamesThatAreNoneOrTaken) {
    Environment environment;
    ASSERT_TRUE(environment.declare("a", TypeKind::Bool).has_value());

    EXPECT_FALSE(environment.declare("a", TypeKind::Int).has_value());
    for (const char* name : {"", "1a", "a..b", ".a", "a.", "a-b", "\xc3\xbc"})
        EXPECT_FALSE(environment.declare(name, TypeKind::Int).has_value()) << name;
    EXPECT_FALSE(environment.set_container("a.").has_value());
    EXPECT_TRUE(environment.set_container("").has_value());
}

TEST(Environment, RefusesFunctionsWithoutOverloadsAndTwins) {
    Environment environment;
    const FunctionDeclaration good{"f", {{{TypeKind::Int}, TypeKind::Int, false}}, nullptr};

    EXPECT_FALSE(environment.declare(FunctionDeclaration{"f", {}, nullptr}).has_value());
    EXPECT_TRUE(environment.declare(good).has_value());
    EXPECT_FALSE(environment.declare(good).has_value());
}

}  // namespace
}  // namespace anchor::cel
