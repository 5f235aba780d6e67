// SPDX-License-Identifier: Apache-2.0
// Where the time of a registry goes: a whole attestation in memory and on a disk, and the parts of it alone.
#include <benchmark/benchmark.h>

#include <filesystem>

#include <parts/scratch.h>
#include <unit/registry/fleet.h>

namespace anchor::registry {
namespace {

// A registry and one device of it.
struct Bed {
    explicit Bed(const std::string& path = ":memory:") : fleet(path), root(std::make_shared<fakes::FakeTpm>()), device(fleet, root) {
        if (!device.enroll().empty()) std::abort();
    }
    // Nonce and Evidence are what is measured, not the device: it is asked for both before the time runs.
    void attest(benchmark::State& state) {
        state.PauseTiming();
        fleet.clock.pass(Seconds{60});  // within the bounds that a device has
        const Message ask = device.signed_message(protocol::verb::kNonce, Json::object());
        state.ResumeTiming();
        const auto granted = fleet.requests->answer(ask);
        state.PauseTiming();
        const auto grant = protocol::nonce_grant_from(device.open_reply(*granted, ask).body).value();
        const Message evidence =
            device.signed_message(protocol::verb::kEvidence, {{"evidence", device.evidence_text(grant.nonce, grant.selections)}});
        state.ResumeTiming();
        const auto judged = fleet.requests->answer(evidence);
        state.PauseTiming();
        if (device.open_reply(*judged, evidence).refusal) std::abort();
        state.ResumeTiming();
    }

    Fleet fleet;
    fakes::FakeRoot root;
    TestDevice device;
};

void attest_in_memory(benchmark::State& state) {
    Bed bed;
    for (auto _ : state) bed.attest(state);
}
BENCHMARK(attest_in_memory)->Name("attest/in_memory")->Unit(benchmark::kMillisecond);

void attest_on_disk(benchmark::State& state) {
    const parts::Scratch scratch("bench");
    Bed bed(scratch.path("registry.db"));
    for (auto _ : state) bed.attest(state);
}
BENCHMARK(attest_on_disk)->Name("attest/on_disk")->Unit(benchmark::kMillisecond);

void sign(benchmark::State& state) {
    auto key = new_key();
    const Bytes text(2000, 'x');
    for (auto _ : state) benchmark::DoNotOptimize(crypto::sign_jws("reply", text, {"kid", key}));
}
BENCHMARK(sign)->Name("part/sign_document")->Unit(benchmark::kMicrosecond);

void verify(benchmark::State& state) {
    auto key = new_key();
    const std::string text = crypto::sign_jws("request", Bytes(2000, 'x'), {key.public_value().thumbprint(), key}).value();
    const crypto::JwsKeys keys{{key.public_value().thumbprint(), key.public_value()}};
    for (auto _ : state) benchmark::DoNotOptimize(crypto::UnverifiedJws::parse(text)->verify("request", keys));
}
BENCHMARK(verify)->Name("part/verify_request")->Unit(benchmark::kMicrosecond);

void certify(benchmark::State& state) {
    Bed bed;
    const auto key = new_key();
    const DeviceId device = bed.device.identity->device;
    for (auto _ : state) benchmark::DoNotOptimize(bed.fleet.authority->certify(key.public_value(), device));
}
BENCHMARK(certify)->Name("part/certify")->Unit(benchmark::kMicrosecond);

void commit(benchmark::State& state) {
    const parts::Scratch scratch("bench");
    const auto store = Store::open(scratch.path("registry.db")).value();
    for (auto _ : state) benchmark::DoNotOptimize(store->atomically([&] { return store->audit("noted", "", "a line", WallTime{}); }));
}
BENCHMARK(commit)->Name("part/commit_on_disk")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace anchor::registry
