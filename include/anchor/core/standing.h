// SPDX-License-Identifier: Apache-2.0
#pragma once

// Standing: what the owner says about one device. State, not a command: the newest number wins, and applying it
// twice is applying it once.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <anchor/base/time.h>

namespace anchor {

enum class StandingStatus : std::uint8_t { Active, Suspended, Revoked };

/// "active", "suspended", "revoked".
[[nodiscard]] std::string_view to_string(StandingStatus status) noexcept;
[[nodiscard]] std::optional<StandingStatus> standing_status_from(std::string_view name) noexcept;

struct Standing {
    std::uint64_t number = 0;
    StandingStatus status = StandingStatus::Active;
    std::string group;
    std::map<std::string, std::uint64_t> wanted;  ///< document name → the version the device should have
    std::optional<WallTime> rotate_by;
    std::optional<WallTime> attest_by;
    std::string reason;  ///< for people, where the status is not active
    friend bool operator==(const Standing&, const Standing&) = default;
};

}  // namespace anchor
