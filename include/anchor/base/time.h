// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two kinds of time that must never be mixed: wall time (what certificates and people speak of, and
// an attacker may set) and steady time (what intervals are measured with). Both have their own type.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <anchor/base/result.h>

namespace anchor {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// UTC, in milliseconds since 1970, without leap seconds.
using WallTime = std::chrono::sys_time<Milliseconds>;

/// Time since an arbitrary start that never jumps. It goes on while the machine sleeps
/// (CLOCK_BOOTTIME), so that what grew stale during a suspend is stale after it.
struct SteadyClock {
    using rep = Milliseconds::rep;
    using period = Milliseconds::period;
    using duration = Milliseconds;
    using time_point = std::chrono::time_point<SteadyClock>;
    static constexpr bool is_steady = true;
};
using SteadyTime = SteadyClock::time_point;

/// RFC 3339 in UTC: "2027-06-30T00:00:00Z", with three decimals only where they are not zero.
[[nodiscard]] std::string to_rfc3339(WallTime time);
/// RFC 3339 with "Z" or a numeric offset, years 0001 to 9999; digits beyond milliseconds are dropped.
[[nodiscard]] Result<WallTime> from_rfc3339(std::string_view text);

/// "90s", "5m", "1h30m", "250ms": whole numbers with ms, s, m, h or d, in falling order, no sign.
[[nodiscard]] Result<Milliseconds> parse_duration(std::string_view text);
/// The shortest spelling that parse_duration reads back.
[[nodiscard]] std::string to_text(Milliseconds duration);

}  // namespace anchor
