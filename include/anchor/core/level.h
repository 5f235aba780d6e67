// SPDX-License-Identifier: Apache-2.0
#pragma once

// Level: how far this device is trusted right now. The one word that everything else follows.

#include <cstdint>
#include <optional>
#include <string_view>

namespace anchor {

/// From best to worst; the worse of two is the greater.
enum class Level : std::uint8_t {
    Trusted,      ///< Appraised, and nothing speaks against it.
    Restricted,   ///< Something is not as it should be; less is allowed.
    Unverified,   ///< Nothing appraised yet, or too long ago to say.
    Quarantined,  ///< Something speaks against it; isolated.
    Revoked,      ///< The owner said so. Only a signed reinstatement ends it.
};

[[nodiscard]] constexpr Level worse(Level a, Level b) noexcept { return a > b ? a : b; }

/// "trusted", "restricted", "unverified", "quarantined", "revoked".
[[nodiscard]] std::string_view to_string(Level level) noexcept;
[[nodiscard]] std::optional<Level> level_from(std::string_view name) noexcept;

}  // namespace anchor
