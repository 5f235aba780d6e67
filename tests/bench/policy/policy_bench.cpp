// SPDX-License-Identifier: Apache-2.0

// What a realistic policy costs: 20 rules over 40 claims, judged in full, after one change and when nothing changed; read,
// checked and compiled; and the memory of a large one. The bare variant is a flat table of comparisons over the same claims,
// another is the same in C++ by hand: both give level and reasons, as the policy does.

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include <anchor/policy/evaluator.h>

#include "plain_judges.h"

namespace anchor::policy {
namespace {

constexpr SteadyTime kNow{std::chrono::hours{5}};

struct Written {
    const char* condition;
    const char* about;
};

constexpr auto kConditions = std::to_array<Written>({
    {"boot.log_replays && boot.forged_events == 0", "hardware"},
    {"boot.pcrs_match", "hardware"},
    {"boot.secure_boot && !boot.setup_mode", "hardware"},
    {"!boot.debug_mode && !boot.dma_protection_disabled", "hardware"},
    {"boot.error_separators == 0 && boot.events > 20", "hardware"},
    {"ima.proven && ima.clean", "executables"},
    {"ima.violations == 0 && ima.forged_entries == 0", "executables"},
    {"ima.unknown_files + ima.changed_files < 3", "executables"},
    {"identity.hardware_bound && !tpm.in_lockout && tpm.lockout_counter < 5", "instance-identity"},
    {"identity.enrolled && identity.certificate_expires_in > duration('336h')", "instance-identity"},
    {"tpm.manufacturer in ['IFX', 'STM', 'INTC']", "instance-identity"},
    {"os.lockdown in ['integrity', 'confidentiality'] && !os.tainted", "runtime-opaque"},
    {"os.kernel_release.startsWith('6.1.')", "runtime-opaque"},
    {"os.memory_available_percent > 5.0 && os.temperature < 85.0", "runtime-opaque"},
    {"!os.disk_read_only && os.disk_free_percent >= 5.0", "storage-opaque"},
    {"net.exposed_ports.all(port, port in ['tcp/443', 'tcp/4840', 'udp/123'])", "configuration"},
    {"net.default_gateway == '192.0.2.1' && !net.forwarding", "configuration"},
    {"!time.before_floor && time.synchronised && time.error_bound < duration('1s')", "configuration"},
    {"registry.fresh_age <= duration('24h') || os.uptime < duration('1h')", "configuration"},
    {"plc.vibration_rms < 4.5 && plc.writes_refused < 20", "sourced-data"},
});

std::string document(std::size_t rules) {
    std::string text = R"({"policy": "bench", "version": 1, "claims": {
        "plc.vibration_rms": {"type": "double", "max_age": "60s", "from": "app:plc"},
        "plc.writes_refused": {"type": "int", "max_age": "60s", "from": "app:plc"}}, "rules": [)";
    for (std::size_t i = 0; i < rules; ++i) {
        const Written& rule = kConditions[i % kConditions.size()];
        text += std::string(i == 0 ? "" : ",") + "\n{\"id\": \"rule-" + std::to_string(i) + R"(", "about": ")" + rule.about +
                R"(", "require": ")" + rule.condition +
                R"(", "otherwise": "contraindicated", "if_unknown": "warning", "risk": 20, "because": "It does not hold."})";
    }
    return text + R"(], "levels": {"restricted_at_risk": 30, "quarantined_at_risk": 60}})";
}

std::shared_ptr<const Policy> policy_of(std::size_t rules) {
    auto policy = parse_policy(document(rules));
    if (!policy) std::abort();
    return std::make_shared<const Policy>(std::move(*policy));
}

// Two moments of a healthy device; every claim that can differ between them does.
Claims moment(int number) {
    Claims claims;
    const auto put = [&](const char* name, ClaimValue value, const char* source = "tpm") {
        claims.set(name, {std::move(value), kNow, source});
    };
    for (const char* name : {"boot.log_replays", "boot.pcrs_match", "boot.secure_boot", "ima.proven", "ima.clean",
                             "identity.hardware_bound", "identity.enrolled", "time.synchronised", "tpm.present"})
        put(name, true);
    for (const char* name : {"boot.setup_mode", "boot.debug_mode", "boot.dma_protection_disabled", "tpm.in_lockout", "os.tainted",
                             "os.disk_read_only", "net.forwarding", "time.before_floor"})
        put(name, false);
    for (const char* name : {"boot.forged_events", "boot.error_separators", "ima.violations", "ima.forged_entries"})
        put(name, std::int64_t{0});
    put("boot.events", std::int64_t{80 + number});
    put("ima.unknown_files", std::int64_t{number});
    put("ima.changed_files", std::int64_t{1 - number});
    put("tpm.lockout_counter", std::int64_t{number});
    put("identity.certificate_expires_in", Milliseconds{Seconds{3'000'000 - number}});
    put("tpm.manufacturer", std::string(number == 0 ? "IFX" : "STM"));
    put("os.lockdown", std::string(number == 0 ? "integrity" : "confidentiality"));
    put("os.kernel_release", std::string(number == 0 ? "6.1.0-28-amd64" : "6.1.0-29-amd64"));
    put("os.memory_available_percent", 31.0 + number);
    put("os.temperature", 41.5 + number);
    put("os.disk_free_percent", 42.0 + number);
    put("net.exposed_ports", std::vector<std::string>(number == 0 ? 1U : 2U, "tcp/4840"));
    put("net.default_gateway", std::string("192.0.2.1"));
    put("time.error_bound", Milliseconds{12 + number});
    put("registry.fresh_age", Milliseconds{Seconds{90 + number}});
    put("os.uptime", Milliseconds{Seconds{90'000 + number}});
    put("os.boot_id", std::string("7d1f2c3a-5b6c-4d7e-8f90-a1b2c3d4e5f6"));
    put("plc.vibration_rms", 1.5 + number, "app:plc");
    put("plc.writes_refused", std::int64_t{number}, "app:plc");
    return claims;
}

void flat_table(benchmark::State& state) {
    const Device device;
    const std::vector<Cell> cells = cells_of(device);
    if (judge_by_table(cells).failed != 0) state.SkipWithError("the device should be healthy");
    for (auto _ : state) {
        benchmark::DoNotOptimize(cells.data());
        benchmark::ClobberMemory();
        benchmark::DoNotOptimize(judge_by_table(cells));
    }
}
BENCHMARK(flat_table)->Name("judge_20_rules/bare");

void by_hand(benchmark::State& state) {
    Device device;
    if (judge_by_hand(device).failed != 0) state.SkipWithError("the device should be healthy");
    for (auto _ : state) {
        benchmark::DoNotOptimize(&device);
        benchmark::ClobberMemory();
        benchmark::DoNotOptimize(judge_by_hand(device));
    }
}
BENCHMARK(by_hand)->Name("judge_20_rules/by_hand");

struct Change {
    std::uint32_t slot;
    Claim claims[2];
};

std::vector<Change> changes(const Evaluator& evaluator, std::string_view only = {}) {
    std::vector<Change> all;
    const Claims other = moment(1);
    for (const auto& [name, claim] : moment(0)) {
        const auto slot = evaluator.slot_of(name);
        if (slot && (only.empty() || name == only)) all.push_back({*slot, {claim, *other.find(name)}});
    }
    return all;
}

void measure_changes(benchmark::State& state, std::string_view only) {
    Evaluator evaluator(PolicySet({{policy_of(kConditions.size()), Origin::Signed}}));
    if (evaluator.evaluate(moment(0), kNow).level != Level::Trusted || evaluator.evaluate(moment(1), kNow).level != Level::Trusted)
        state.SkipWithError("the device should be healthy");
    const std::vector<Change> all = changes(evaluator, only);
    const std::uint64_t before = evaluator.rules_judged();
    std::size_t turn = 0;
    for (auto _ : state) {
        for (const Change& change : all) evaluator.set(change.slot, change.claims[turn]);
        benchmark::DoNotOptimize(&evaluator.judge(kNow));
        turn ^= 1U;
    }
    state.counters["rules"] =
        benchmark::Counter(static_cast<double>(evaluator.rules_judged() - before), benchmark::Counter::kAvgIterations);
    state.counters["claims"] = static_cast<double>(all.size());
}

void all_changed(benchmark::State& state) { measure_changes(state, {}); }
BENCHMARK(all_changed)->Name("judge_20_rules/all_claims_changed");

// All rules over claims that are there, as the table and the code by hand are measured.
void full(benchmark::State& state) {
    Evaluator evaluator(PolicySet({{policy_of(kConditions.size()), Origin::Signed}}));
    if (evaluator.evaluate(moment(0), kNow).level != Level::Trusted) state.SkipWithError("the device should be healthy");
    for (auto _ : state) benchmark::DoNotOptimize(&evaluator.judge_anew(kNow));
}
BENCHMARK(full)->Name("judge_20_rules/full");

void one_changed(benchmark::State& state) { measure_changes(state, "os.temperature"); }
BENCHMARK(one_changed)->Name("judge_20_rules/one_claim_changed");

void tick(benchmark::State& state) {
    Evaluator evaluator(PolicySet({{policy_of(kConditions.size()), Origin::Signed}}));
    const Claims claims = moment(0);
    for (auto _ : state) benchmark::DoNotOptimize(&evaluator.evaluate(claims, kNow));
}
BENCHMARK(tick)->Name("judge_20_rules/map_of_claims_unchanged");

// Every rule and every reason anew: what a decision costs from nothing.
void from_nothing(benchmark::State& state) {
    const PolicySet policies({{policy_of(kConditions.size()), Origin::Signed}});
    const Claims claims = moment(0);
    for (auto _ : state) {
        Evaluator evaluator(policies);
        benchmark::DoNotOptimize(&evaluator.evaluate(claims, kNow));
    }
}
BENCHMARK(from_nothing)->Name("judge_20_rules/new_evaluator");

void compile(benchmark::State& state) {
    const std::string text = document(static_cast<std::size_t>(state.range(0)));
    std::size_t octets = 0;
    for (auto _ : state) {
        auto policy = parse_policy(text);
        if (!policy) std::abort();
        octets = policy->memory();
        benchmark::DoNotOptimize(policy);
    }
    state.counters["octets"] = static_cast<double>(octets);
}
BENCHMARK(compile)->Name("compile_policy/rules")->Arg(20)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace anchor::policy
