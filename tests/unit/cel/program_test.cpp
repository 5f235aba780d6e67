// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "evaluation.h"

namespace anchor::cel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Environment with_three() {
    Environment environment;
    for (const char* name : {"a", "b.c", "d"}) {
        if (!environment.declare(name, TypeKind::Int).has_value()) std::abort();
    }
    return environment;
}

TEST(Program, NamesTheSlotsThatItReads) {
    const Environment environment = with_three();

    EXPECT_THAT(compile(environment, "d > 1 || a > 2 || d > 3").value().slots(), ElementsAre(0, 2));
    EXPECT_THAT(compile(environment, "1 + 1").value().slots(), IsEmpty());
    EXPECT_THAT(compile(environment, "[1].all(a, a == b.c)").value().slots(), ElementsAre(1));
}

TEST(Program, KnowsItsTypeAndItsCost) {
    const Environment environment = with_three();
    const Program flat = compile(environment, "a + 1").value();
    const Program nested = compile(environment, "[a].map(x, [x].map(y, y))").value();

    EXPECT_EQ(to_string(flat.result_type()), "int");
    EXPECT_LT(flat.estimated_cost(), 10U);
    EXPECT_GT(nested.estimated_cost(), std::uint64_t{64} * 64U);
}

TEST(Program, IsSmall) {
    const Environment environment = with_three();

    EXPECT_LT(compile(environment, "a in [1, 2, 3] && b.c < 7").value().memory(), 1024U);
}

TEST(Program, ComputesConstantsOnce) {
    Environment environment;
    Scratch scratch;
    const Program program = compile(environment, "[1, 2, 3] == [1, 2] + [3] && duration('1h') > duration('59m')").value();

    const Value value = program.evaluate({}, scratch);

    EXPECT_TRUE(value.is_true());
    EXPECT_EQ(scratch.arena().used(), 0U);
}

TEST(Program, OutlivesItsEnvironmentAndItsSource) {
    Scratch scratch;
    const Program program = [] {
        const std::string source = "'kept ' + 'text' + string(size(['a']))";
        return compile(Environment(), source).value();
    }();

    EXPECT_EQ(to_string(program.evaluate({}, scratch)), "\"kept text1\"");
}

TEST(Program, IsSharedBetweenThreads) {
    const Environment environment = with_three();
    const Program program = compile(environment, "[a, d].map(x, x * 2).exists(x, x == 14)").value();
    const std::array<Value, 3> values{Value::integer(7), Value::integer(0), Value::integer(1)};
    const auto work = [&](bool& all_true) {
        Scratch scratch;
        for (int i = 0; i < 1000; ++i) all_true = all_true && program.evaluate(values, scratch).is_true();
    };

    bool one = true;
    bool other = true;
    std::thread thread([&] { work(other); });
    work(one);
    thread.join();

    EXPECT_TRUE(one && other);
}

TEST(Scratch, KeepsNothingOfTheLastEvaluation) {
    const Environment environment = with_three();
    const Program heavy = compile(environment, "[1, 2, 3].map(x, x + a) == []").value();
    const Program light = compile(environment, "a == 1").value();
    const std::array<Value, 3> values{Value::integer(1), Value::integer(1), Value::integer(1)};
    Scratch scratch;

    EXPECT_TRUE(heavy.evaluate(values, scratch).is_false());
    EXPECT_GT(scratch.arena().used(), 0U);
    EXPECT_TRUE(light.evaluate(values, scratch).is_true());
    EXPECT_EQ(scratch.arena().used(), 0U);
}

}  // namespace
}  // namespace anchor::cel
