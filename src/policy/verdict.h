// SPDX-License-Identifier: Apache-2.0
#pragma once

// From tiers and risk to a level: one policy's verdict, and the stricter of several.

#include <array>

#include <anchor/core/decision.h>
#include <anchor/policy/policy.h>

namespace anchor::policy {

/// Affirming → trusted, warning → restricted, contraindicated → quarantined; without any judgement unverified.
[[nodiscard]] Level level_of(Tier tier) noexcept;

class Verdict {
public:
    /// A rule about this dimension came to this tier.
    void add(Dimension about, Tier tier) noexcept;
    void add_risk(int risk) noexcept;
    /// What tiers and risk amount to: risk can only make it worse.
    [[nodiscard]] Level level(const Levels& levels) const noexcept;
    [[nodiscard]] Tier overall() const noexcept;
    [[nodiscard]] int risk() const noexcept { return risk_; }
    [[nodiscard]] const std::array<Tier, kDimensionCount>& dimensions() const noexcept { return dimensions_; }

private:
    std::array<Tier, kDimensionCount> dimensions_{};
    int risk_ = 0;
};

}  // namespace anchor::policy
