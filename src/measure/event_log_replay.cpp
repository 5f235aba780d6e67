// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_replay.h>

#include <algorithm>
#include <array>

#include <anchor/crypto/hash.h>

#include "event_log_startup.h"

namespace anchor::measure {
namespace {

struct Bank {
    HashAlg alg;
    std::array<std::optional<Digest>, kPcrCount> values{};
    std::array<bool, kPcrCount> broken{};
};

void extend_one(Bank& bank, const EventLog& log, const BootEvent& event, Replay& result) {
    if (bank.broken[event.pcr]) return;
    const auto digest = log.digest(event, bank.alg);
    if (!digest) {
        bank.broken[event.pcr] = true;
        result.gaps.push_back({bank.alg, event.pcr, event.number});
        return;
    }
    auto& value = bank.values[event.pcr];
    value = crypto::extend(value.value_or(pcr_at_startup(bank.alg, event.pcr, result.startup_locality)), *digest);
}

}  // namespace

std::uint8_t startup_locality(const EventLog& log) noexcept {
    constexpr std::string_view signature{"StartupLocality\0", 16};
    std::uint8_t locality = 0;
    for (const BootEvent& event : log.events()) {
        // An H-CRTM measurement comes before TPM2_Startup and decides (TPM 2.0 Part 1 §34.3).
        if (event.type == EventType::EfiHcrtmEvent && event.pcr == 0) return 4;
        if (event.type != EventType::NoAction || event.content.size() != signature.size() + 1) continue;
        const std::uint8_t said = event.content.back();
        if (as_text(event.content).starts_with(signature) && (said == 3 || said == 4)) locality = said;
    }
    return locality;
}

Digest pcr_at_startup(HashAlg bank, unsigned pcr, std::uint8_t locality) noexcept {
    Digest value(bank);
    if (pcr == 0) value.writable().back() = locality;
    return value;
}

Replay replay(const EventLog& log) {
    Replay result;
    result.startup_locality = startup_locality(log);
    std::vector<Bank> banks;
    for (const HashAlg alg : log.banks()) banks.push_back({alg});
    for (const BootEvent& event : log.events()) {
        if (event.type == EventType::NoAction) continue;
        for (Bank& bank : banks) extend_one(bank, log, event, result);
    }
    for (const Bank& bank : banks) {
        for (unsigned pcr = 0; pcr < kPcrCount; ++pcr) {
            if (bank.values[pcr] && !bank.broken[pcr]) result.values.set(pcr, *bank.values[pcr]);
        }
    }
    return result;
}

}  // namespace anchor::measure
