// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/registers.h>

#include <algorithm>
#include <iterator>

#include <anchor/base/encoding.h>

#include "boot_proof.h"

namespace anchor::measure {
namespace {

constexpr std::size_t kShownDigits = 16;
constexpr std::size_t kMaxMismatches = 64;

std::string name_of(unsigned index, HashAlg bank) { return "PCR " + std::to_string(index) + " (" + std::string(to_string(bank)) + ")"; }

std::string shown(const Digest& digest) { return to_hex(digest.view()).substr(0, kShownDigits) + "…"; }

// The accepted values of one register in one bank.
std::vector<Digest> accepted_in(const std::vector<Digest>& all, HashAlg bank) {
    std::vector<Digest> accepted;
    std::ranges::copy_if(all, std::back_inserter(accepted), [bank](const Digest& digest) { return digest.alg() == bank; });
    return accepted;
}

std::string mismatch(unsigned index, const std::vector<Digest>& accepted, const Digest& found) {
    std::string text = name_of(index, found.alg()) + ": expected " + shown(accepted.front());
    if (accepted.size() > 1) text += " or one of " + std::to_string(accepted.size() - 1) + " more";
    return text + ", found " + shown(found);
}

// The registers whose events have to be looked at: an accepted value says all about its own.
std::vector<unsigned> judged_by_the_log(const BootReference& reference) {
    constexpr unsigned firmware = 0;
    constexpr unsigned loaders = 4;
    std::vector<unsigned> registers;
    if (!reference.min_firmware.empty()) registers.push_back(firmware);
    if (!reference.images.empty()) registers.push_back(loaders);
    for (const auto& [index, events] : reference.events) registers.push_back(index);
    std::erase_if(registers, [&](unsigned index) { return reference.pcrs.contains(index); });
    return registers;
}

std::optional<Unknown> doubt_of(const std::vector<unsigned>& registers, const ReplayedLog* replayed) {
    if (replayed == nullptr)
        return Unknown{"the reference values name events of PCR " + std::to_string(registers.front()) + ", and there is no boot log"};
    const BootProof proof(replayed->log, replayed->report);
    for (const unsigned index : registers) {
        if (auto doubt = proof.doubt({index})) return doubt;
    }
    return std::nullopt;
}

void set(Claims& into, SteadyTime observed, ClaimValue match, ClaimValue mismatches) {
    into.set("boot.pcrs_match", {std::move(match), observed, "tpm"});
    into.set("boot.pcr_mismatches", {std::move(mismatches), observed, "tpm"});
}

}  // namespace

std::vector<PcrSelection> registers_of(const BootReference& reference) {
    std::map<HashAlg, std::uint32_t> masks;
    for (const auto& [index, values] : reference.pcrs) {
        for (const Digest& value : values) masks[value.alg()] |= 1U << index;
    }
    std::vector<PcrSelection> selections;
    for (const auto& [bank, mask] : masks) selections.push_back({bank, mask});
    return selections;
}

void claim_registers_unknown(std::string_view why, SteadyTime observed, Claims& into) {
    set(into, observed, Unknown{std::string(why)}, Unknown{std::string(why)});
}

void claim_registers(const PcrValues& quoted, const BootReference* reference, const ReplayedLog* log, SteadyTime observed, Claims& into) {
    const std::vector<PcrSelection> wanted = reference == nullptr ? std::vector<PcrSelection>{} : registers_of(*reference);
    const std::vector<unsigned> by_log = reference == nullptr ? std::vector<unsigned>{} : judged_by_the_log(*reference);
    if (wanted.empty() && by_log.empty()) {
        return claim_registers_unknown("there are no reference values for the registers", observed, into);
    }
    std::vector<std::string> mismatches;
    for (const PcrSelection& selection : wanted) {
        for (unsigned index = 0; index < kPcrCount; ++index) {
            if (!selection.has(index)) continue;
            const Digest* const found = quoted.find(selection.bank, index);
            if (found == nullptr) return claim_registers_unknown(name_of(index, selection.bank) + " was not quoted", observed, into);
            const auto accepted = accepted_in(reference->pcrs.at(index), selection.bank);
            if (std::ranges::find(accepted, *found) == accepted.end()) mismatches.push_back(mismatch(index, accepted, *found));
        }
    }
    if (mismatches.empty() && !by_log.empty()) {
        if (const auto doubt = doubt_of(by_log, log)) return claim_registers_unknown(doubt->why, observed, into);
    }
    // A log that nothing proves explains a mismatch that is there; by itself it makes none.
    if (log != nullptr && (!mismatches.empty() || !by_log.empty())) {
        for (BootDifference& difference : compare_boot(*reference, log->log, quoted)) mismatches.push_back(std::move(difference.text));
    }
    const bool match = mismatches.empty();
    if (mismatches.size() > kMaxMismatches) mismatches.resize(kMaxMismatches);
    set(into, observed, match, std::move(mismatches));
}

}  // namespace anchor::measure
