// SPDX-License-Identifier: Apache-2.0
#include "elapsed.h"

#include <array>

#include "terminal.h"

namespace anchor::cli {

std::string elapsed(WallTime moment, WallTime now) {
    struct Unit {
        std::int64_t seconds;
        std::string_view name;
    };
    constexpr std::array<Unit, 5> kUnits{{{365 * 86400, "year"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
    const bool past = moment <= now;
    const std::int64_t distance = std::chrono::duration_cast<Seconds>(past ? now - moment : moment - now).count();
    for (const Unit& unit : kUnits) {
        const std::int64_t count = distance / unit.seconds;
        if (count == 0) continue;
        const std::string words = std::to_string(count) + " " + std::string(unit.name) + (count == 1 ? "" : "s");
        return past ? words + " ago" : "in " + words;
    }
    return "now";
}

std::string moment_with_elapsed(std::string_view rfc3339, WallTime now) {
    const auto moment = from_rfc3339(rfc3339);
    if (!moment) return printable(rfc3339);
    return to_rfc3339(*moment) + " (" + elapsed(*moment, now) + ")";
}

}  // namespace anchor::cli
