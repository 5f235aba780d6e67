// SPDX-License-Identifier: Apache-2.0

// Measured boot logs: whatever the octets are, events stay inside them, what is printed has no control characters, JSON
// is JSON, a log replays to its own registers, a cut log has the same events before the cut, every claim is made, and a
// boot differs from its own reference in nothing that the reference could name.

#include <algorithm>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/measure/boot_claims.h>
#include <anchor/measure/boot_facts.h>
#include <anchor/measure/event_log_content.h>
#include <anchor/measure/event_log_render.h>
#include <anchor/measure/reference_boot.h>
#include <fuzz/must.h>

namespace {

using namespace anchor;
using namespace anchor::measure;
using fuzz::is_inside;
using fuzz::must;

bool has_no_controls(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet < 0x20 && c != '\n' && c != '\t') || octet == 0x7F;
    });
}

void check_events(const EventLog& log, ByteView octets) {
    for (const BootEvent& event : log.events()) {
        must(is_inside(event.content, octets));
        for (const EventDigest& digest : log.digests(event)) must(is_inside(digest.octets, octets));
        must(has_no_controls(describe_event(log, event)));
    }
}

void check_printed(const EventLog& log) {
    for (const unsigned version : {1U, 2U}) must(has_no_controls(render_event_log_yaml(log, {version, version == 2})));
    must(has_no_controls(render_event_log_table(log)));
    const auto json = parse_json(render_event_log_json(log, {2, true}), {.octets = 256U << 20U, .depth = 32});
    must(json && (*json)["events"].size() == log.events().size());
}

void check_replay(const EventLog& log) {
    const Replay replayed = replay(log);
    const ReplayReport same = compare_replay(log, replayed, replayed.values);
    must(same.first_mismatch() == nullptr);
    PcrValues other;
    for (const auto& [key, value] : replayed.values) other.set(key.index, Digest(key.bank));
    must(has_no_controls(render_replay_report(log, compare_replay(log, replayed, other))));
}

void check_cut(const EventLog& log, ByteView octets) {
    const EventLog cut = parse_event_log(octets.first(octets.size() / 2));
    // Zeros at the new end count as padding, and a final events table is no longer complete.
    for (std::size_t i = 0; i < std::min(cut.events().size(), log.events().size()); ++i) {
        must(cut.events()[i].offset == log.events()[i].offset || cut.problem());
    }
}

void check_claims(const EventLog& log) {
    const Replay replayed = replay(log);
    Claims claims;
    claim_boot(log, compare_replay(log, replayed, replayed.values), {}, claims);
    for (const BootClaim& claim : boot_claims()) must(claims.find(claim.name) != nullptr);
}

void check_reference(const EventLog& log) {
    const BootReference reference = make_boot_reference(log, {HashAlg::Sha256, 0xFFFFFF});
    for (const BootDifference& difference : compare_boot(reference, log, replay(log).values)) {
        must(difference.kind == BootDifferenceKind::Image && has_no_controls(difference.text));
    }
    for (const BootDifference& difference : compare_boot(reference, log, {})) must(has_no_controls(difference.text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const EventLog log = parse_event_log(octets);
    check_events(log, octets);
    check_printed(log);
    check_replay(log);
    check_cut(log, octets);
    check_claims(log);
    check_reference(log);
    const BootFacts facts = boot_facts(log);
    must(facts.images.size() <= log.events().size());
    return 0;
}
