// SPDX-License-Identifier: Apache-2.0

// What strictness costs: our parser against nlohmann's own, on the same document.

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

namespace {

std::string document() {
    anchor::Json claims = anchor::Json::array();
    for (int i = 0; i < 200; ++i) {
        claims.push_back({{"name", "net.listening." + std::to_string(i)}, {"value", i % 2 == 0}, {"observed", 1'700'000'000 + i}});
    }
    return anchor::Json{{"claims", claims}}.dump();
}

void strict_json(benchmark::State& state) {
    const std::string text = document();
    for (auto _ : state) benchmark::DoNotOptimize(anchor::parse_json(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(strict_json)->Name("json/strict");

void plain_json(benchmark::State& state) {
    const std::string text = document();
    for (auto _ : state) benchmark::DoNotOptimize(anchor::Json::parse(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(plain_json)->Name("json/bare");

}  // namespace
