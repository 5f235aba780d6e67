// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_content.h>

#include <algorithm>
#include <array>

#include <anchor/crypto/hash.h>

#include "event_log_ipl.h"

namespace anchor::measure {
namespace {

constexpr std::array<std::uint8_t, 4> kErrorSeparator{1, 0, 0, 0};

enum class Rule : std::uint8_t {
    OfContent,     ///< the profile says so: anything else is a mismatch
    MaybeContent,  ///< some implementations do
    OfOther,
};

Rule rule_of(EventType type) {
    switch (type) {
        case EventType::Separator:
        case EventType::Action:
        case EventType::ScrtmVersion:
        case EventType::OmitBootDeviceEvents:
        case EventType::EfiVariableDriverConfig:
        case EventType::EfiVariableBoot:
        case EventType::EfiVariableBoot2:
        case EventType::EfiGptEvent:
        case EventType::EfiGptEvent2:
        case EventType::EfiAction:
        case EventType::EfiVariableAuthority: return Rule::OfContent;
        case EventType::EventTag:
        case EventType::CpuMicrocode:
        case EventType::PlatformConfigFlags:
        case EventType::TableOfDevices:
        case EventType::Ipl:
        case EventType::NonhostConfig:
        case EventType::EfiHandoffTables2:
        case EventType::EfiSpdmFirmwareConfig:
        case EventType::EfiSpdmDevicePolicy:
        case EventType::EfiSpdmDeviceAuthority: return Rule::MaybeContent;
        default: return Rule::OfOther;
    }
}

/// The digest is of these octets in all banks; never true without a bank.
bool is_of(const EventLog& log, const BootEvent& event, ByteView octets) {
    bool any = false;
    for (const EventDigest& digest : log.digests(event)) {
        const auto bank = hash_alg_from_tpm(digest.alg_id);
        if (!bank) continue;
        if (!equal(crypto::hash(*bank, octets).view(), digest.octets)) return false;
        any = true;
    }
    return any;
}

bool can_compute(const EventLog& log, const BootEvent& event) {
    return std::ranges::any_of(log.digests(event), [](const EventDigest& digest) { return hash_alg_from_tpm(digest.alg_id).has_value(); });
}

/// Older firmware measures a boot variable's data without its name (PFP before 1.04).
bool is_of_variable_data(const EventLog& log, const BootEvent& event) {
    constexpr std::size_t header = 32;  // GUID, two lengths
    if (event.type != EventType::EfiVariableBoot || event.content.size() < header) return false;
    std::uint64_t name_units = 0;
    for (std::size_t i = 24; i-- > 16;) name_units = (name_units << 8U) | event.content[i];
    const std::size_t rest = event.content.size() - header;
    return name_units <= rest / 2 && is_of(log, event, event.content.subspan(header + 2 * name_units));
}

bool is_of_part(const EventLog& log, const BootEvent& event) {
    switch (event.type) {
        case EventType::Separator: return is_of(log, event, kErrorSeparator);
        case EventType::EfiVariableBoot: return is_of_variable_data(log, event);
        case EventType::Ipl: {
            const auto measured = measured_parts(event.content);
            return std::ranges::any_of(measured, [&](ByteView part) { return is_of(log, event, part); });
        }
        case EventType::EventTag: {
            constexpr std::size_t header = 8;  // tag, size
            return event.content.size() >= header && is_of(log, event, event.content.subspan(header));
        }
        default: return false;
    }
}

}  // namespace

std::string_view to_string(ContentVerdict verdict) noexcept {
    switch (verdict) {
        case ContentVerdict::Verified: return "verified";
        case ContentVerdict::Mismatch: return "mismatch";
        case ContentVerdict::NotVerifiable: return "not verifiable";
    }
    return {};
}

bool is_error_separator(const EventLog& log, const BootEvent& event) {
    return event.type == EventType::Separator && is_of(log, event, kErrorSeparator);
}

ContentVerdict check_content(const EventLog& log, const BootEvent& event) {
    const Rule rule = rule_of(event.type);
    if (rule == Rule::OfOther || !can_compute(log, event)) return ContentVerdict::NotVerifiable;
    if (is_of(log, event, event.content) || is_of_part(log, event)) return ContentVerdict::Verified;
    const bool expected = rule == Rule::OfContent || (event.type == EventType::Ipl && is_command(event.content));
    return expected ? ContentVerdict::Mismatch : ContentVerdict::NotVerifiable;
}

}  // namespace anchor::measure
