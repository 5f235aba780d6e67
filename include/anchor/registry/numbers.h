// SPDX-License-Identifier: Apache-2.0
#pragma once

// The numbers of what devices hear: standings, results, freshness, manifests, revocation lists, and the documents of groups and of single
// devices. They take only what is above the last, so a registry that was restored from an old backup, and counted on from there, would not
// be heard again. Trust-anchor sets alone count one by one: each is signed by the one before.

#include <algorithm>
#include <cstdint>

#include <anchor/base/time.h>

namespace anchor::registry {

/// The number that follows: one more, and not below the seconds since 1970. Above everything given out before a backup was restored, as
/// long as that was less than one a second and the clock is right.
[[nodiscard]] inline std::uint64_t number_after(std::uint64_t previous, WallTime now) noexcept {
    const auto seconds = std::chrono::floor<Seconds>(now.time_since_epoch()).count();
    return std::max(previous + 1, static_cast<std::uint64_t>(std::max<Seconds::rep>(seconds, 1)));
}

}  // namespace anchor::registry
