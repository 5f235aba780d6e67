// SPDX-License-Identifier: Apache-2.0
#pragma once

// Judge: what verified claims amount to. A port, so that the Verifier does not care by what a fleet judges: by registers
// alone, or by its policies.

#include <string_view>

#include <anchor/core/claim.h>
#include <anchor/core/decision.h>

namespace anchor::registry {

class Judge {
public:
    virtual ~Judge() = default;
    /// Claims of one device of that group, all verified or marked with who says them. Unknown is never a pass.
    /// Unavailable: what it judges by can't be read now.
    [[nodiscard]] virtual Result<Decision> judge(const Claims& claims, std::string_view group, SteadyTime now) = 0;
};

/// Judges by the registers alone: those of the quote against the reference values of the group. Matching is trusted, a
/// mismatch is quarantined, anything else is unverified.
class RegisterJudge final : public Judge {
public:
    [[nodiscard]] Result<Decision> judge(const Claims& claims, std::string_view group, SteadyTime now) override;
};

}  // namespace anchor::registry
