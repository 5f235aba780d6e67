// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_boot.h>

#include <algorithm>
#include <set>

#include <anchor/measure/boot_facts.h>
#include <anchor/measure/event_log_render.h>

#include "event_log_line.h"
#include "reference_boot_events.h"

namespace anchor::measure {
namespace {

std::vector<const BootEvent*> events_of(const EventLog& log, unsigned pcr) {
    std::vector<const BootEvent*> events;
    for (const BootEvent& event : log.events()) {
        if (event.pcr == pcr && event.type != EventType::NoAction) events.push_back(&event);
    }
    return events;
}

/// Why the register is not accepted; empty where it is. Every bank that has accepted values must be known and fit.
std::string register_problem(unsigned pcr, std::span<const Digest> accepted, const PcrValues& found) {
    std::set<HashAlg> banks;
    for (const Digest& digest : accepted) banks.insert(digest.alg());
    for (const HashAlg bank : banks) {
        const Digest* value = found.find(bank, pcr);
        const std::string name = "PCR " + std::to_string(pcr) + " (" + std::string(to_string(bank)) + ")";
        if (value == nullptr) return name + ": its value is not known";
        if (std::ranges::find(accepted, *value) != accepted.end()) continue;
        const auto expected = std::ranges::find(accepted, bank, &Digest::alg);
        const auto count = std::ranges::count(accepted, bank, &Digest::alg);
        return name + ": expected " + expected->text() + (count > 1 ? " or " + std::to_string(count - 1) + " others" : "") + ", found " +
               value->text();
    }
    return {};
}

void compare_images(const BootReference& reference, const BootFacts& facts, std::vector<BootDifference>& differences) {
    if (reference.images.empty()) return;
    for (const MeasuredObject& image : facts.images) {
        const bool accepted = std::ranges::any_of(image.digests, [&](const Digest& digest) {
            return std::ranges::find(reference.images, digest, &ReferenceImage::digest) != reference.images.end();
        });
        if (accepted) continue;
        const auto shown = std::ranges::find(image.digests, reference.images.front().digest.alg(), &Digest::alg);
        const std::string digest = shown == image.digests.end() ? "without a digest of that bank" : shown->text();
        differences.push_back({BootDifferenceKind::Image, image.pcr, image.event,
                               "PCR " + std::to_string(image.pcr) + " event " + std::to_string(image.event) + ": expected one of " +
                                   std::to_string(reference.images.size()) + " images, found " + digest + " " + one_line(image.name, 200)});
    }
}

void compare_firmware(const BootReference& reference, const BootFacts& facts, std::vector<BootDifference>& differences) {
    if (reference.min_firmware.empty()) return;
    const auto note = [&](const std::string& text) {
        differences.push_back(
            {BootDifferenceKind::Firmware, 0, std::nullopt, "firmware: expected " + reference.min_firmware + " or newer, " + text});
    };
    const std::string* version = known(facts.firmware_version);
    if (version == nullptr) return note("the version is unknown: " + std::get<Unknown>(facts.firmware_version).why);
    const auto order = compare_versions(*version, reference.min_firmware);
    if (!order) return note("found " + one_line(*version, 80) + ", which can't be compared");
    if (*order < 0) note("found " + one_line(*version, 80));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The run of digits, or of all else, that the text begins with.
std::string_view take_run(std::string_view& text) {
    const bool digits = is_digit(text.front());
    const auto end = std::ranges::find_if(text, [digits](char c) { return is_digit(c) != digits; });
    const std::string_view run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(run.size());
    return run;
}

int sign_of(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

}  // namespace

std::optional<int> compare_versions(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        std::string_view run_a = take_run(a);
        std::string_view run_b = take_run(b);
        if (run_a == run_b) continue;
        if (!is_digit(run_a.front()) || !is_digit(run_b.front())) return std::nullopt;
        run_a.remove_prefix(std::min(run_a.find_first_not_of('0'), run_a.size()));
        run_b.remove_prefix(std::min(run_b.find_first_not_of('0'), run_b.size()));
        const auto order = run_a.size() != run_b.size() ? run_a.size() <=> run_b.size() : run_a <=> run_b;
        if (order != 0) return sign_of(order);
    }
    return sign_of(a.size() <=> b.size());
}

BootReference make_boot_reference(const EventLog& log, const PcrSelection& registers) {
    BootReference reference;
    const Replay replayed = replay(log);
    for (unsigned pcr = 0; pcr < kPcrCount; ++pcr) {
        const Digest* value = replayed.values.find(registers.bank, pcr);
        if (!registers.has(pcr) || value == nullptr) continue;
        reference.pcrs[pcr] = {*value};
        for (const BootEvent* event : events_of(log, pcr)) {
            const auto digest = log.digest(*event, registers.bank);
            if (digest) reference.events[pcr].push_back({*digest, std::string(event_type_name(event->type)), describe_event(log, *event)});
        }
    }
    for (const MeasuredObject& image : boot_facts(log).images) {
        const auto digest = std::ranges::find(image.digests, registers.bank, &Digest::alg);
        if (digest != image.digests.end()) reference.images.push_back({*digest, image.name});
    }
    return reference;
}

std::vector<BootDifference> compare_boot(const BootReference& reference, const EventLog& log, const PcrValues& found) {
    std::vector<BootDifference> differences;
    for (unsigned pcr = 0; pcr < kPcrCount; ++pcr) {
        const auto accepted = reference.pcrs.find(pcr);
        if (accepted != reference.pcrs.end()) {
            const std::string problem = register_problem(pcr, accepted->second, found);
            if (problem.empty()) continue;
            differences.push_back({BootDifferenceKind::Register, pcr, std::nullopt, problem});
        }
        const auto expected = reference.events.find(pcr);
        if (expected == reference.events.end()) continue;
        const auto events = events_of(log, pcr);
        std::ranges::move(compare_events(log, pcr, expected->second, events), std::back_inserter(differences));
    }
    const BootFacts facts = boot_facts(log);
    compare_images(reference, facts, differences);
    compare_firmware(reference, facts, differences);
    return differences;
}

}  // namespace anchor::measure
