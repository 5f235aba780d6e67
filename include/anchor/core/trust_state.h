// SPDX-License-Identifier: Apache-2.0
#pragma once

// TrustState: all that the one state machine of trust remembers. Only trust::step makes a new one.

#include <optional>
#include <string>

#include <anchor/base/time.h>
#include <anchor/core/level.h>
#include <anchor/core/standing.h>

namespace anchor {

/// What the registry's last attestation result said, and until when that counts.
struct RegistryVerdict {
    Level level = Level::Unverified;
    WallTime expires{};
    friend bool operator==(const RegistryVerdict&, const RegistryVerdict&) = default;
};

struct TrustState {
    Level level = Level::Unverified;         ///< in force: the worst of standing, local judgement and registry
    Level local = Level::Unverified;         ///< own judgement, after hysteresis
    std::optional<SteadyTime> better_since;  ///< since when the judgement has been better than `local`; forgotten at a restart
    std::optional<RegistryVerdict> registry;
    StandingStatus standing = StandingStatus::Active;
    std::uint64_t standing_number = 0;
    std::string because;  ///< why the level is what it is, in words
    friend bool operator==(const TrustState&, const TrustState&) = default;
};

}  // namespace anchor
