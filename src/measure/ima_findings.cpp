// SPDX-License-Identifier: Apache-2.0

// Findings: how they are kept, added and told.

#include <algorithm>
#include <numeric>

#include <anchor/base/encoding.h>
#include <anchor/measure/ima_appraisal.h>

#include "ima_text.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kOffenderPath = 512;

std::string found_text(const ImaEntry& entry) {
    if (entry.digest.octets.empty()) return {};
    std::string text;
    if (!entry.digest.type.empty()) text.append(entry.digest.type).push_back(':');
    return text.append(entry.digest.algorithm).append(":").append(to_hex(entry.digest.octets));
}

std::string key_text(ByteView attribute) {
    const auto signature = ImaSignature::parse(attribute);
    return signature ? "key " + ima_key_id_text(signature->key) : signature.error().what;
}

bool is_about_signature(ImaCause cause) noexcept {
    return cause == ImaCause::WrongSignature || cause == ImaCause::UnknownKey || cause == ImaCause::UnsupportedSignature;
}

}  // namespace

std::string_view to_string(ImaCause cause) noexcept {
    switch (cause) {
        case ImaCause::Violation: return "changed while it was measured";
        case ImaCause::ForgedEntry: return "entry is not what was measured";
        case ImaCause::Unreadable: return "template is not known";
        case ImaCause::ChangedFile: return "changed file";
        case ImaCause::UnknownFile: return "unknown file";
        case ImaCause::UnknownBuffer: return "unknown measured memory";
        case ImaCause::WrongBuffer: return "recorded memory is not what was measured";
        case ImaCause::WrongSignature: return "wrong signature";
        case ImaCause::UnknownKey: return "signed by an unknown key";
        case ImaCause::UnsupportedSignature: return "signature can't be judged";
        case ImaCause::WrongBootAggregate: return "boot aggregate belongs to another boot";
    }
    return {};
}

std::string to_text(const ImaOffender& offender) {
    std::string text = "entry " + std::to_string(offender.number) + ", ";
    append_printable(text, offender.path);
    text.append(": ").append(to_string(offender.cause));
    if (!offender.expected.empty()) text.append(": expected ").append(offender.expected);
    if (!offender.found.empty()) append_printable(text.append(offender.expected.empty() ? ": found " : ", found "), offender.found);
    return text;
}

std::uint64_t ImaFindings::offending() const noexcept { return std::accumulate(causes.begin(), causes.end(), std::uint64_t{0}); }

void ImaFindings::add(const ImaFindings& later, std::size_t offenders_kept) {
    entries += later.entries;
    files += later.files;
    known += later.known;
    signed_ok += later.signed_ok;
    signed_by_unknown += later.signed_by_unknown;
    excluded += later.excluded;
    unjudged += later.unjudged;
    restarts += later.restarts;
    keys += later.keys;
    command_lines += later.command_lines;
    device_mapper += later.device_mapper;
    buffers += later.buffers;
    for (std::size_t i = 0; i < causes.size(); ++i) causes[i] += later.causes[i];
    const std::size_t room = offenders_kept > offenders.size() ? offenders_kept - offenders.size() : 0;
    const auto taken = static_cast<std::ptrdiff_t>(std::min(room, later.offenders.size()));
    offenders.insert(offenders.end(), later.offenders.begin(), later.offenders.begin() + taken);
    if (boot_aggregate.state == ImaBootAggregate::Absent) boot_aggregate = later.boot_aggregate;
}

void ImaAppraiser::offend(ImaCause cause, const ImaEntry& entry, ByteView expected) {
    ++findings_.causes[static_cast<std::size_t>(cause)];
    // A hostile list can have a million offenders: they are counted, and only the first are remembered.
    if (findings_.offenders.size() >= reference_.offenders_kept) return;
    ImaOffender offender{cause, entry.number, std::string(entry.path.substr(0, kOffenderPath)), {}, {}};
    if (!expected.empty()) offender.expected = std::string(entry.digest.algorithm) + ':' + to_hex(expected);
    offender.found = is_about_signature(cause) ? key_text(entry.field(ImaField::Sig)) : found_text(entry);
    if (cause == ImaCause::Unreadable) offender.found = "template " + std::string(entry.template_name);
    if (cause == ImaCause::Violation) offender.found.clear();
    findings_.offenders.push_back(std::move(offender));
}

}  // namespace anchor::measure
