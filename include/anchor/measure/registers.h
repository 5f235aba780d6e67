// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims boot.pcrs_match and boot.pcr_mismatches: a boot against its reference values. Registers speak for themselves; what the
// reference says of events, images and firmware of others is judged by the log, as far as the registers prove it. The registers must have
// been proven by a quote, the reference by its signature; neither is checked here.

#include <anchor/core/claim.h>
#include <anchor/measure/reference_boot.h>

namespace anchor::measure {

/// A boot log, and how it fits the quoted registers (compare_replay()).
struct ReplayedLog {
    const EventLog& log;
    const ReplayReport& report;
};

/// Which registers have to be quoted so that all values of the reference can be compared.
[[nodiscard]] std::vector<PcrSelection> registers_of(const BootReference& reference);

/// Sets both claims. Unknown, with the cause, where there is no reference (nullptr) or it says nothing, where a register that it names
/// was not quoted, or where it needs a log (nullptr: there is none) that the registers do not prove. Where a log is given, a mismatch says
/// which event differs; otherwise which register.
void claim_registers(const PcrValues& quoted, const BootReference* reference, const ReplayedLog* log, SteadyTime observed, Claims& into);

/// Sets both to unknown: there is no proven value to compare.
void claim_registers_unknown(std::string_view why, SteadyTime observed, Claims& into);

}  // namespace anchor::measure
