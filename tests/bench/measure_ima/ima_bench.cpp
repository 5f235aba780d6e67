// SPDX-License-Identifier: Apache-2.0

// Verification, replay and look-up of 100,000 entries in a table of 200,000, against the bare cost of the hashes that no
// verifier can avoid, and against evmctl on the same list. All in entries a second. "bare" makes the same calls of the same
// library over the same octets: the ratio to it is the price of everything else, the look-up and the hash of the path in it.

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>
#include <anchor/measure/ima_verifier.h>

#include "heap_count.h"
#include "made_list.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kEntries = 100'000;
constexpr std::size_t kReference = 200'000;
constexpr std::size_t kChunk = std::size_t{64} << 10U;

const MadeList& list() {
    static const MadeList made = make_list(kEntries);
    return made;
}

const ImaTable& table() {
    static const Bytes file = make_table(kReference);
    static const ImaTable opened = ImaTable::open(file).value();
    return opened;
}

void set_entries(benchmark::State& state, std::size_t each) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

bool push_all(ImaVerifier& verifier, ByteView octets) {
    for (; !octets.empty(); octets = octets.subspan(std::min(kChunk, octets.size()))) {
        if (!verifier.push(octets.first(std::min(kChunk, octets.size())))) return false;
    }
    return true;
}

bool is_good(const ImaVerifier& verifier) {
    const auto report = verifier.report();
    return report && report->proof == ImaProof::Proven && report->findings.known == kEntries;
}

enum class Ways : unsigned char { One, Both };

// The hashes alone: the template digest of the list, the template hash of the quoted bank, and its extend; while it is not known how
// the kernel extends, the extend of the other way too.
void bare_hashes(benchmark::State& state, Ways ways) {
    std::vector<ByteView> data;
    ImaReader reader({});
    reader.feed(list().octets);
    for (auto entry = reader.next(); entry.value() != nullptr; entry = reader.next()) data.push_back((*entry)->template_data);
    for (auto step : state) {
        Digest pcr(HashAlg::Sha256);
        Digest padded(HashAlg::Sha256);
        for (const ByteView octets : data) {
            const Digest sha1 = crypto::hash(HashAlg::Sha1, octets);
            pcr = crypto::extend(pcr, crypto::hash(HashAlg::Sha256, octets));
            if (ways == Ways::One) continue;
            Digest listed(HashAlg::Sha256);
            std::ranges::copy(sha1.view(), listed.writable().begin());
            padded = crypto::extend(padded, listed);
        }
        benchmark::DoNotOptimize(pcr);
        benchmark::DoNotOptimize(padded);
    }
    set_entries(state, kEntries);
}
BENCHMARK_CAPTURE(bare_hashes, one_way, Ways::One)->Name("ima_from_checkpoint/bare")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare_hashes, both_ways, Ways::Both)->Name("ima_from_boot/bare")->Unit(benchmark::kMillisecond);

// From the boot: how the kernel extends is not known yet, so that both ways are followed.
void verify_replay_and_look_up_first_time(benchmark::State& state) {
    ImaVerifyOptions options;
    options.quoted = list().quoted;
    options.reference.table = &table();
    for (auto step : state) {
        ImaVerifier verifier({}, options);
        if (!push_all(verifier, list().octets) || !is_good(verifier)) return state.SkipWithError("the list does not verify");
    }
    set_entries(state, kEntries);
}
BENCHMARK(verify_replay_and_look_up_first_time)->Name("ima_from_boot/verify_replay_and_look_up")->Unit(benchmark::kMillisecond);

// From a checkpoint that knows the way: every further time of a device's life.
void verify_replay_and_look_up(benchmark::State& state) {
    ImaVerifyOptions options;
    options.quoted = list().quoted;
    options.reference.table = &table();
    ImaCheckpoint checkpoint;
    checkpoint.lanes = {{kImaPcr, ImaExtendStyle::PerBank, Digest(HashAlg::Sha256)}};
    for (auto step : state) {
        ImaVerifier verifier = ImaVerifier::resume(checkpoint, options);
        if (!push_all(verifier, list().octets) || !is_good(verifier)) return state.SkipWithError("the list does not verify");
    }
    set_entries(state, kEntries);
}
BENCHMARK(verify_replay_and_look_up)->Name("ima_from_checkpoint/verify_replay_and_look_up")->Unit(benchmark::kMillisecond);

// Heap of one pass over so many entries, from a buffer of fixed size: the counter must not grow with the list.
void heap_of_a_pass(benchmark::State& state) {
    const auto entries = static_cast<std::size_t>(state.range(0));
    const MadeList part = make_list(1000);
    ImaVerifyOptions options;
    options.reference.table = &table();
    std::uint64_t used = 0;
    for (auto step : state) {
        const std::uint64_t before = heap_octets();
        ImaVerifier verifier({}, options);
        for (std::size_t done = 0; done < entries; done += 1000) {
            if (!push_all(verifier, part.octets)) return state.SkipWithError("the list does not read");
        }
        used = heap_octets() - before;
    }
    state.counters["heap_octets"] = static_cast<double>(used);
    set_entries(state, entries);
}
BENCHMARK(heap_of_a_pass)->Arg(1000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// The whole process of evmctl, as a script would run it; it does not look anything up.
void evmctl_ima_measurement(benchmark::State& state) {
    const std::string folder = std::string(P_tmpdir) + "/ima_bench." + std::to_string(getpid());
    const std::string list_file = folder + ".list";
    const std::string pcr_file = folder + ".pcrs";
    std::ofstream(list_file, std::ios::binary) << as_text(list().octets);
    std::ofstream pcrs(pcr_file);
    for (unsigned pcr = 0; pcr < kPcrCount; ++pcr) {
        const Digest value = pcr == kImaPcr ? *list().quoted.find(HashAlg::Sha256, kImaPcr) : Digest(HashAlg::Sha256);
        pcrs << "PCR-" << (pcr < 10 ? "0" : "") << pcr << ": " << to_hex(value.view()) << '\n';
    }
    pcrs.close();
    const std::string command = "evmctl ima_measurement --pcrs sha256," + pcr_file + ' ' + list_file + " >/dev/null 2>&1";
    for (auto step : state) {
        if (std::system(command.c_str()) != 0) {
            state.SkipWithError("evmctl is missing or does not verify the list");
            break;
        }
    }
    set_entries(state, kEntries);
    unlink(list_file.c_str());
    unlink(pcr_file.c_str());
}
BENCHMARK(evmctl_ima_measurement)->Name("ima_from_boot/evmctl_ima_measurement")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace anchor::measure
