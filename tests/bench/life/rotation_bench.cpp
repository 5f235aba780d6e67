// SPDX-License-Identifier: Apache-2.0

// A rotation from end to end, without the network between: the next key made and certified in a software TPM, the request signed by the key
// in use, the registry's checks and its certificate, and the request of the next key that retires the old one. Where the time goes
// stands beside it, in parts of one.

#include <benchmark/benchmark.h>

#include <chrono>

#include <daemon/tpm_root.h>
#include <parts/swtpm.h>
#include <unit/registry/fleet.h>

namespace {

using namespace anchor;

double seconds_of(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void rotation(benchmark::State& state, KeyAlg alg, bool new_key) {
    const auto tpm = parts::Swtpm::start().value();
    registry::Fleet fleet;
    daemon::TpmRoot root(tpm::Device::at({.tcti = tpm->tcti()}), KeyAlg::EcP256, "L-2");
    registry::TestDevice device(fleet, root);
    if (!device.enroll().empty()) return state.SkipWithError("it could not enrol");
    double by_device = 0;
    double by_both = 0;
    for (auto step : state) {
        fleet.clock.pass(std::chrono::hours(1));
        std::optional<identity::Rotation> next;
        by_device += seconds_of([&] { next = device.next({alg, new_key}); });
        by_both += seconds_of([&] {
            if (!device.rotate(*next).empty()) state.SkipWithError("no certificate");
            device.use(*device.next_slot);
            if (!device.ask(protocol::verb::kStandingGet, Json::object()).empty()) state.SkipWithError("the next key is refused");
        });
        device.identity->current.key = device.next_slot->key.clone();
    }
    state.counters["next_key_certified"] = by_device / (by_device + by_both);
    state.counters["asked_and_taken_over"] = by_both / (by_device + by_both);
}

BENCHMARK_CAPTURE(rotation, p256, KeyAlg::EcP256, true)->Name("rotation/new_p256")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(rotation, p384, KeyAlg::EcP384, true)->Name("rotation/new_p384")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(rotation, same, KeyAlg::EcP256, false)->Name("rotation/same_p256")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
