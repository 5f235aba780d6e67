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

constexpr std::size_t kVariableHeader = 32;  // GUID, two lengths

std::uint64_t u64_at(ByteView octets, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) value = (value << 8U) | octets[at + i];
    return value;
}

/// Where the data of UEFI_VARIABLE_DATA begins; empty where the name does not fit.
std::optional<std::size_t> variable_data_begin(ByteView content) {
    if (content.size() < kVariableHeader) return std::nullopt;
    const std::uint64_t name_units = u64_at(content, 16);
    if (name_units > (content.size() - kVariableHeader) / 2) return std::nullopt;
    return kVariableHeader + 2 * name_units;
}

/// Older firmware measures a boot variable's data without its name (PFP before 1.04).
bool is_of_variable_data(const EventLog& log, const BootEvent& event) {
    const auto begin = variable_data_begin(event.content);
    return begin && is_of(log, event, event.content.subspan(*begin));
}

/// Shim before 15.3 logs a few octets more than it measures, behind the variable.
bool is_of_variable_and_a_little(const EventLog& log, const BootEvent& event) {
    constexpr std::size_t most = 8;
    const auto begin = variable_data_begin(event.content);
    if (!begin || u64_at(event.content, 24) > event.content.size() - *begin) return false;
    const std::size_t end = *begin + u64_at(event.content, 24);
    if (event.content.size() - end > most) return false;
    for (std::size_t size = end; size < event.content.size(); ++size) {
        if (is_of(log, event, event.content.first(size))) return true;
    }
    return false;
}

bool is_of_part(const EventLog& log, const BootEvent& event) {
    switch (event.type) {
        case EventType::Separator: return is_of(log, event, kErrorSeparator);
        case EventType::EfiVariableBoot: return is_of_variable_data(log, event);
        case EventType::EfiVariableAuthority: return is_of_variable_and_a_little(log, event);
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
