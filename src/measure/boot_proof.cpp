// SPDX-License-Identifier: Apache-2.0
#include "boot_proof.h"

namespace anchor::measure {
namespace {

std::string text_of(const PcrCheck& check) {
    constexpr std::size_t most = 16;
    std::string text = std::string(to_string(check.bank)) + " PCR " + std::to_string(check.pcr) + " does not replay: " + check.why;
    for (std::size_t i = 0; i < check.unexplained.size() && i < most; ++i) {
        text += (i == 0 ? " (not explained: events " : ", ") + std::to_string(check.unexplained[i]);
    }
    if (check.unexplained.size() > most) text += ", …";
    return check.unexplained.empty() ? text : text + ")";
}

}  // namespace

std::optional<Unknown> BootProof::doubt_of_all() const {
    if (log_.form() == EventLogForm::Empty) return Unknown{"the event log is empty"};
    if (report_.checks.empty()) return Unknown{"no quote proves the boot log"};
    return std::nullopt;
}

std::optional<Unknown> BootProof::doubt_of(unsigned pcr) const {
    bool proven = false;
    std::string why = "PCR " + std::to_string(pcr) + " is not quoted in a bank stronger than SHA-1";
    for (const PcrCheck& check : report_.checks) {
        if (check.pcr != pcr) continue;
        const bool empty = check.verdict == PcrVerdict::NotInLog && check.found.all(0);
        if (check.verdict == PcrVerdict::Mismatch) return Unknown{text_of(check)};
        if (check.bank == HashAlg::Sha1) continue;
        if (check.verdict == PcrVerdict::Match || empty)
            proven = true;
        else
            why = std::string(to_string(check.bank)) + " PCR " + std::to_string(pcr) + ": " + check.why;
    }
    return proven ? std::nullopt : std::optional(Unknown{why});
}

std::optional<Unknown> BootProof::doubt(std::initializer_list<unsigned> pcrs) const {
    if (auto doubt = doubt_of_all()) return doubt;
    for (const unsigned pcr : pcrs) {
        if (auto doubt = doubt_of(pcr)) return doubt;
    }
    return std::nullopt;
}

ClaimValue BootProof::replays() const {
    constexpr unsigned last_firmware = 7;
    if (auto doubt = doubt_of_all()) return *doubt;
    for (const PcrCheck& check : report_.checks) {
        if (check.pcr <= last_firmware && check.verdict == PcrVerdict::Mismatch) return false;
    }
    if (auto doubt = this->doubt({0, 1, 2, 3, 4, 5, 6, 7})) return *doubt;
    return true;
}

std::vector<std::string> BootProof::problems() const {
    std::vector<std::string> texts;
    for (const PcrCheck& check : report_.checks) {
        if (check.verdict == PcrVerdict::Mismatch) texts.push_back(text_of(check));
    }
    if (log_.problem()) texts.push_back("the log is broken: " + log_.problem()->what);
    return texts;
}

}  // namespace anchor::measure
