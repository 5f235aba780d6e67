// SPDX-License-Identifier: Apache-2.0

// What the heap is asked for while foreign octets are read: real logs, the same with lengths and counts that lie, and the inputs that
// give the most for an octet. A program of its own, because it replaces the global allocation functions.

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/measure/boot_device_path.h>
#include <anchor/measure/boot_facts.h>
#include <anchor/measure/boot_variable.h>
#include <anchor/measure/event_log_details.h>
#include <anchor/measure/ima_table_builder.h>
#include <anchor/measure/ima_verifier.h>
#include <anchor/measure/reference_values.h>

#include "event_log_builder.h"
#include "ima_list.h"

namespace {

std::size_t in_use = 0;
std::size_t peak = 0;
constexpr std::size_t kBefore = 16;  // where each block's size stands

}  // namespace

// Not inlined: the compiler would see malloc() behind new and free() behind delete, and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    auto* const block = static_cast<unsigned char*>(std::malloc(size + kBefore));
    if (block == nullptr) std::abort();
    std::memcpy(block, &size, sizeof(size));
    in_use += size;
    peak = std::max(peak, in_use);
    return block + kBefore;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* const block = static_cast<unsigned char*>(memory) - kBefore;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof(size));
    in_use -= size;
    std::free(block);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace anchor::measure {
namespace {

/// The most that was in use at once.
template <class Read>
std::size_t peak_of(Read read) {
    const std::size_t before = in_use;
    peak = in_use;
    read();
    return peak - before;
}

// Messages of errors, and what is made once and stays.
constexpr std::size_t kAnyway = 8UL * 1024;

void expect_bounded(std::size_t used, std::size_t times, std::size_t input, std::string_view what) {
    EXPECT_LE(used, times * input + kAnyway) << what << ": " << used << " octets for an input of " << input;
}

/// The input itself, cut, and with every value that a length or a count may have where one may stand.
template <class Visit>
void mutate(const Bytes& whole, std::size_t stride, Visit visit) {
    visit(ByteView(whole));
    for (std::size_t at = 0; at + 4 <= whole.size(); at += stride) {
        visit(ByteView(whole).first(at));
        for (const std::uint32_t value : {0U, 1U, 0xFFFFU, 0x10000U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
            Bytes changed = whole;
            for (unsigned i = 0; i < 4; ++i) changed[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
            visit(ByteView(changed));
        }
    }
}

void expect_bounded_log(ByteView octets) {
    EventLog log;
    expect_bounded(peak_of([&] { log = parse_event_log(octets); }), 12, octets.size(), "log");
    for (const BootEvent& event : log.events()) {
        const auto used = peak_of([&] {
            const auto details = event_details(log, event);
            const auto* variable = details ? std::get_if<VariableEvent>(&*details) : nullptr;
            if (variable == nullptr) return;
            static_cast<void>(read_signature_lists(variable->data, 0));
            static_cast<void>(read_load_option(variable->data, 0));
            static_cast<void>(read_boot_order(variable->data, 0));
        });
        expect_bounded(used, 12, event.content.size(), "event " + std::to_string(event.number));
    }
    expect_bounded(peak_of([&] { static_cast<void>(boot_facts(log)); }), 16, octets.size(), "facts");
}

TEST(Allocation, ForARealBootLogIsBoundedWhateverItsLengthsSay) {
    for (const std::string name : {"debian12-ovmf", "debian12-ovmf-secureboot"}) {
        mutate(boot_vector(name + ".eventlog.bin"), 28, expect_bounded_log);
    }
}

// TCG_PCR_EVENT2 with one digest or none: 17 octets and more.
Bytes small_event(unsigned pcr, EventType type, bool digest) {
    Bytes event;
    for (const std::uint32_t field : {pcr, static_cast<std::uint32_t>(type), digest ? 1U : 0U}) LogBuilder::put(event, field, 4);
    if (digest) {
        LogBuilder::put(event, 0x0004, 2);
        append(event, Bytes(20, 7));
    }
    append(event, Bytes{1, 0, 0, 0, 'f'});
    return event;
}

TEST(Allocation, ForTheDensestBootLogsIsBounded) {
    constexpr int many = 3'000;
    for (const Bytes& event : {small_event(9, EventType::Ipl, false), small_event(9, EventType::Ipl, true),
                               small_event(4, EventType::EfiVariableAuthority, false), small_event(4, EventType::PostCode, true),
                               small_event(7, EventType::PostCode, false), small_event(7, EventType::PostCode, true)}) {
        auto events = LogBuilder::agile();
        auto finals = LogBuilder::agile().final_table(many);
        for (int i = 0; i < many; ++i) {
            events.raw(event);
            finals.raw(event);
        }
        for (const LogBuilder& log : {events, finals}) {
            ASSERT_GE(parse_event_log(log.octets()).events().size(), std::size_t{many});
            expect_bounded_log(log.octets());
        }
    }
}

TEST(Allocation, ForTheDensestVariablesIsBounded) {
    Bytes lists = Bytes(16, 0xAB);  // one list of entries that are nothing but an owner
    constexpr std::uint32_t entries = 4'000;
    for (const std::uint32_t field : {28 + 16 * entries, 0U, 16U}) LogBuilder::put(lists, field, 4);
    lists.resize(lists.size() + std::size_t{16} * entries);
    ASSERT_EQ(read_signature_lists(lists, 0).lists.at(0).entries.size(), entries);
    Bytes empty_lists;
    for (int i = 0; i < 2'000; ++i) {
        append(empty_lists, Bytes(16, 0xAB));
        for (const std::uint32_t field : {28U, 0U, 16U}) LogBuilder::put(empty_lists, field, 4);
    }
    Bytes nodes;
    for (int i = 0; i < 10'000; ++i) append(nodes, Bytes{0x70, 0xFF, 4, 0});
    ASSERT_TRUE(device_path_text(nodes));

    expect_bounded(peak_of([&] { static_cast<void>(read_signature_lists(lists, 0)); }), 12, lists.size(), "entries");
    expect_bounded(peak_of([&] { static_cast<void>(read_signature_lists(empty_lists, 0)); }), 12, empty_lists.size(), "lists");
    expect_bounded(peak_of([&] { static_cast<void>(device_path_text(nodes)); }), 12, nodes.size(), "device path");
}

void expect_bounded_list(ByteView list, ImaListFormat format) {
    const auto used = peak_of([&] {
        ImaReader reader(format);
        for (std::size_t at = 0; at < list.size(); at += 1'000) {
            reader.feed(list.subspan(at, std::min<std::size_t>(1'000, list.size() - at)));
            for (auto entry = reader.next(); entry && *entry != nullptr; entry = reader.next()) continue;
        }
    });
    expect_bounded(used, 4, list.size(), "list");
    expect_bounded(peak_of([&] { static_cast<void>(ima_list_format_of(list)); }), 0, list.size(), "format");
}

TEST(Allocation, ForARealImaListIsBoundedWhateverItsLengthsSay) {
    Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    list.resize(4'000);
    mutate(list, 16, [](ByteView octets) { expect_bounded_list(octets, {}); });
    const Bytes text = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/fuzz/measure_ima/corpus/ima_ascii/recorded_beginning");
    mutate(text, 8, [](ByteView octets) { expect_bounded_list(octets, {.encoding = ImaEncoding::Ascii}); });
}

TEST(Allocation, ForVerifyingAListDoesNotGrowWithIt) {
    const Bytes list = boot_vector("debian12-ovmf-ima-sig.ima.bin");
    const auto used_for = [&](std::size_t size) {
        return peak_of([&] {
            ImaVerifyOptions options;
            options.quoted = boot_quote();
            ImaVerifier verifier({}, options);
            for (std::size_t at = 0; at < size; at += 4'096) {
                ASSERT_TRUE(verifier.push(ByteView(list).subspan(at, std::min<std::size_t>(4'096, size - at))));
            }
        });
    };
    EXPECT_LE(used_for(list.size()), used_for(list.size() / 16) + 4'096);
}

TEST(Allocation, ForATableIsNone) {
    const Bytes table = file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/fuzz/measure_ima/corpus/ima_table/many");
    ASSERT_TRUE(ImaTable::open(table));
    mutate(table, 8,
           [](ByteView octets) { expect_bounded(peak_of([&] { static_cast<void>(ImaTable::open(octets)); }), 0, octets.size(), "table"); });
}

TEST(Allocation, ForCheckpointsAndSignaturesIsBounded) {
    const std::string corpus = std::string(ANCHOR_SOURCE_DIR) + "/tests/fuzz/measure_ima/corpus/";
    mutate(file_octets(corpus + "ima_checkpoint/two_lanes"), 1, [](ByteView octets) {
        expect_bounded(peak_of([&] { static_cast<void>(ImaCheckpoint::parse(octets)); }), 12, octets.size(), "checkpoint");
    });
    mutate(file_octets(corpus + "ima_signature/p256-sha256"), 1, [](ByteView octets) {
        expect_bounded(peak_of([&] { static_cast<void>(ImaSignature::parse(octets)); }), 1, octets.size(), "signature");
    });
}

TEST(Allocation, ForTheDensestDocumentsAndListsIsBounded) {
    std::string document = R"({"events":{"4":[)";
    const std::string event = R"({"digest":"sha256:)" + std::string(64, 'a') + R"("})";
    for (int i = 0; i < 1'000; ++i) document += (i == 0 ? "" : ",") + event;
    document += "]}}";
    std::string sums;
    for (int i = 0; i < 1'000; ++i) sums += std::string(40, 'a') + "  f\n";

    expect_bounded(peak_of([&] {
                       const auto json = parse_json(document);
                       ASSERT_TRUE(json && reference_values_from(*json));
                   }),
                   12, document.size(), "reference values");
    expect_bounded(peak_of([&] {
                       ImaTableBuilder builder;
                       ASSERT_TRUE(builder.add_checksums(sums));
                   }),
                   12, sums.size(), "checksums");
}

}  // namespace
}  // namespace anchor::measure
