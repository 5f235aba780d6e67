// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims boot.*: what a measured boot log means to a policy. Each is made only where the registers that it rests on
// replay to quoted ones, in a bank stronger than SHA-1; otherwise it is unknown, with its cause. Registers that the running
// system extends as well (8 and up) therefore never take away what firmware's own registers prove.

#include <span>
#include <string_view>

#include <anchor/core/claim.h>
#include <anchor/measure/event_log_replay.h>

namespace anchor::measure {

/// Every claim of this family, with type and meaning: for the table of all claims, the checker and the documents.
struct BootClaim {
    std::string_view name;
    ClaimType type;
    std::string_view meaning;
};
[[nodiscard]] std::span<const BootClaim> boot_claims() noexcept;

/// Sets every claim of the family. The report compares the log with the registers of a verified quote; one without any
/// register is no quote.
void claim_boot(const EventLog& log, const ReplayReport& report, SteadyTime observed, Claims& into);

/// Sets every claim of the family to unknown: the log is missing or unreadable.
void claim_boot_unknown(std::string_view why, SteadyTime observed, Claims& into);

}  // namespace anchor::measure
