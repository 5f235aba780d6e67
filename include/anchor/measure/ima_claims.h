// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims ima.*: what an IMA report means to a policy. What is not proven by a quote is unknown, with its cause; only
// ima.proven itself may then say no.

#include <span>
#include <string_view>

#include <anchor/core/claim.h>
#include <anchor/core/decision.h>
#include <anchor/measure/ima_verifier.h>

namespace anchor::measure {

/// Every claim of this family, with type and meaning: for the table of all claims, the checker and the documents.
struct ImaClaim {
    std::string_view name;
    ClaimType type;
    std::string_view meaning;
};
[[nodiscard]] std::span<const ImaClaim> ima_claims() noexcept;

/// Sets every claim of the family. Judgements about files need a table or keys in the reference that the report was made
/// with, the boot aggregate needs registers; without them they are unknown.
void claim_ima(const ImaReport& report, const ImaReference& judged_by, SteadyTime observed, Claims& into);

/// Sets every claim of the family to unknown: the list is missing, empty, unreadable or not wanted.
void claim_ima_unknown(std::string_view why, SteadyTime observed, Claims& into);

/// Adds the first of ima.offenders to each finding that rests on a claim of this family and does not show them: whoever reads a finding
/// about files wants to see which.
void name_offenders(const Claims& claims, Decision& decision);

}  // namespace anchor::measure
