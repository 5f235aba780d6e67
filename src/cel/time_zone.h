// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far the clocks of a place are ahead of UTC: a fixed "+01:00", or a time zone file (RFC 9636) that
// whoever evaluates provides, read once and kept. The names come from expressions and are checked first.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/cel/scratch.h>

namespace anchor::cel {

/// The transitions of one zone.
class TimeZone {
public:
    /// A TZif file of version 2 or later. No value for anything else.
    [[nodiscard]] static std::optional<TimeZone> parse(ByteView file);

    /// Seconds ahead of UTC at that time.
    [[nodiscard]] std::int64_t offset_at(std::int64_t seconds) const noexcept;

private:
    struct Reader;
    struct Transition {
        std::int64_t at = 0;
        std::int64_t offset = 0;
    };
    std::int64_t first_offset_ = 0;
    std::vector<Transition> transitions_;
};

class TimeZoneCache {
public:
    explicit TimeZoneCache(TimeZoneFiles files) noexcept : files_(files) {}

    /// "UTC", "+05:30", "-02:00", "05:30" or a name such as "Europe/Zurich"; no value for an unknown one.
    [[nodiscard]] std::optional<std::int64_t> offset(std::string_view zone, std::int64_t seconds);

private:
    [[nodiscard]] std::optional<TimeZone> load(const std::string& name) const;

    TimeZoneFiles files_;
    std::map<std::string, std::optional<TimeZone>, std::less<>> zones_;
};

}  // namespace anchor::cel
