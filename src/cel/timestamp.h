// SPDX-License-Identifier: Apache-2.0
#pragma once

// Time as text and as calendar fields, with nanoseconds and the range of the specification: timestamps in
// the years 0001 to 9999, durations of about 292 years either way.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <anchor/cel/value.h>

namespace anchor::cel {

[[nodiscard]] bool is_in_range(Timestamp time) noexcept;

/// RFC 3339 with at most nine decimals.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text) noexcept;
/// RFC 3339 in UTC with as many decimals as needed.
[[nodiscard]] std::string to_string(Timestamp time);

/// A sign, then decimal numbers with a unit each (h, m, s, ms, us, ns): "1h30m", "-1.5s", "0".
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration_text(std::string_view text) noexcept;
/// Seconds with as many decimals as needed: "90s", "-0.5s".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

// Arithmetic; no value where the result is out of range.
[[nodiscard]] std::optional<Timestamp> add(Timestamp time, std::chrono::nanoseconds duration) noexcept;
[[nodiscard]] std::optional<Timestamp> subtract(Timestamp time, std::chrono::nanoseconds duration) noexcept;
[[nodiscard]] std::optional<std::chrono::nanoseconds> difference(Timestamp a, Timestamp b) noexcept;

/// The calendar of a place whose clocks are `offset` seconds ahead of UTC. Months, days and week days as people
/// count them: January is 1, the first is 1, Sunday is 0, the first day of the year is 1.
struct CalendarTime {
    std::int64_t year, month, day, week_day, year_day, hour, minute, second, millisecond;
};
[[nodiscard]] CalendarTime calendar(Timestamp time, std::int64_t offset) noexcept;

}  // namespace anchor::cel
