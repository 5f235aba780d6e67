// SPDX-License-Identifier: Apache-2.0
// What a policy of 20 rules over 40 claims costs: evaluated in full, one rule of it, and compiled. The bare variant
// is the flat table of comparisons.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "gateway_policy.h"

namespace anchor::bench {
namespace {

std::vector<cel::Program> compile_all(const cel::Environment& environment) {
    std::vector<cel::Program> programs;
    for (const std::string_view text : rule_texts()) {
        Result<cel::Program> program = cel::compile(environment, text);
        if (!program.has_value()) std::abort();
        programs.push_back(std::move(program).value());
    }
    return programs;
}

std::uint32_t judge(const std::vector<cel::Program>& programs, const std::vector<cel::Value>& values, cel::Scratch& scratch) {
    std::uint32_t failed = 0;
    for (std::size_t i = 0; i < programs.size(); ++i) {
        failed |= (programs[i].evaluate(values, scratch).is_true() ? 0U : 1U) << i;
    }
    return failed;
}

void by_table(benchmark::State& state) {
    const Claims claims;
    cel::Arena arena;
    const std::vector<cel::Value> values = as_values(claims, arena);
    for (auto _ : state) {
        benchmark::DoNotOptimize(values.data());
        benchmark::DoNotOptimize(judge_by_table(values));
    }
}
BENCHMARK(by_table)->Name("policy_of_20_rules/bare");

void by_hand(benchmark::State& state) {
    Claims claims;
    for (auto _ : state) {
        benchmark::DoNotOptimize(&claims);
        benchmark::ClobberMemory();
        benchmark::DoNotOptimize(judge_by_hand(claims));
    }
}
BENCHMARK(by_hand)->Name("policy_of_20_rules/by_hand");

void by_cel(benchmark::State& state) {
    const cel::Environment environment = make_environment();
    const std::vector<cel::Program> programs = compile_all(environment);
    const Claims claims;
    cel::Arena arena;
    const std::vector<cel::Value> values = as_values(claims, arena);
    cel::Scratch scratch;
    if (judge(programs, values, scratch) != judge_by_hand(claims)) state.SkipWithError("the two forms of the policy disagree");
    for (auto _ : state) {
        benchmark::DoNotOptimize(values.data());
        benchmark::DoNotOptimize(judge(programs, values, scratch));
    }
}
BENCHMARK(by_cel)->Name("policy_of_20_rules/cel");

void one_rule(benchmark::State& state) {
    const cel::Environment environment = make_environment();
    const std::vector<cel::Program> programs = compile_all(environment);
    const Claims claims;
    cel::Arena arena;
    const std::vector<cel::Value> values = as_values(claims, arena);
    cel::Scratch scratch;
    const cel::Program& program = programs[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(std::string(rule_texts()[static_cast<std::size_t>(state.range(0))]));
    for (auto _ : state) benchmark::DoNotOptimize(program.evaluate(values, scratch));
}
BENCHMARK(one_rule)->Name("one_rule/cel")->DenseRange(0, static_cast<int>(kRules) - 1);

void compile_policy(benchmark::State& state) {
    const cel::Environment environment = make_environment();
    for (auto _ : state) benchmark::DoNotOptimize(compile_all(environment));
    std::size_t memory = 0;
    for (const cel::Program& program : compile_all(environment)) memory += program.memory();
    state.counters["octets"] = static_cast<double>(memory);
}
BENCHMARK(compile_policy)->Name("compile_20_rules/cel")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace anchor::bench
