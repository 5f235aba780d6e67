// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include <algorithm>

namespace anchor::policy {

Level level_of(Tier tier) noexcept {
    switch (tier) {
        case Tier::None: return Level::Unverified;
        case Tier::Affirming: return Level::Trusted;
        case Tier::Warning: return Level::Restricted;
        case Tier::Contraindicated: return Level::Quarantined;
    }
    return Level::Quarantined;
}

void Verdict::add(Dimension about, Tier tier) noexcept {
    Tier& known = dimensions_[static_cast<std::size_t>(about)];
    known = std::max(known, tier);
}

void Verdict::add_risk(int risk) noexcept { risk_ = std::min(risk_ + risk, 100); }

Level Verdict::level(const Levels& levels) const noexcept {
    Level level = level_of(overall());
    if (risk_ >= levels.restricted_at_risk) level = worse(level, Level::Restricted);
    if (risk_ >= levels.quarantined_at_risk) level = worse(level, Level::Quarantined);
    return level;
}

Tier Verdict::overall() const noexcept { return *std::ranges::max_element(dimensions_); }

}  // namespace anchor::policy
