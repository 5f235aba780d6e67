// SPDX-License-Identifier: Apache-2.0

// A boot log of about 34 kB in four banks: read, replayed, compared and judged, against the bare hashing that this
// cannot do without (every register extended, every content that is its own digest hashed once a bank). Aim: at most
// twice the bare cost.

#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <anchor/base/file.h>
#include <anchor/crypto/hash.h>
#include <anchor/measure/boot_facts.h>
#include <anchor/measure/event_log_content.h>
#include <anchor/measure/event_log_render.h>

namespace {

using namespace anchor;
using namespace anchor::measure;

constexpr std::size_t kSize = 34'000;

/// The log of a real boot, its events repeated until it is as long as those of machines with option ROMs and GRUB.
Bytes long_log() {
    const auto read = read_file(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/boot/debian12-ovmf-secureboot.eventlog.bin", 1U << 20U);
    if (!read) std::abort();
    const EventLog log = parse_event_log(*read);
    const auto events = ByteView(*read).subspan(log.events()[1].offset);
    Bytes octets = *read;
    while (octets.size() < kSize) append(octets, events);
    return octets;
}

void bare_hashing(benchmark::State& state) {
    const Bytes octets = long_log();
    const EventLog log = parse_event_log(octets);
    std::vector<bool> verified;
    for (const BootEvent& event : log.events()) verified.push_back(check_content(log, event) == ContentVerdict::Verified);
    for (auto step : state) {
        for (const BootEvent& event : log.events()) {
            if (event.type == EventType::NoAction) continue;
            for (const HashAlg bank : log.banks()) {
                benchmark::DoNotOptimize(crypto::extend(Digest(bank), Digest(bank)));
                if (verified[event.number]) benchmark::DoNotOptimize(crypto::hash(bank, event.content));
            }
        }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(octets.size()));
}
BENCHMARK(bare_hashing);

void parse(benchmark::State& state) {
    const Bytes octets = long_log();
    for (auto step : state) benchmark::DoNotOptimize(parse_event_log(octets));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(octets.size()));
}
BENCHMARK(parse);

void parse_replay_compare_and_judge(benchmark::State& state) {
    const Bytes octets = long_log();
    const PcrValues quoted = replay(parse_event_log(octets)).values;
    for (auto step : state) {
        const EventLog log = parse_event_log(octets);
        const Replay replayed = replay(log);
        benchmark::DoNotOptimize(compare_replay(log, replayed, quoted));
        benchmark::DoNotOptimize(boot_facts(log));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(octets.size()));
}
BENCHMARK(parse_replay_compare_and_judge);

void print_as_yaml(benchmark::State& state) {
    const Bytes octets = long_log();
    for (auto step : state) benchmark::DoNotOptimize(render_event_log_yaml(parse_event_log(octets)));
}
BENCHMARK(print_as_yaml);

}  // namespace
