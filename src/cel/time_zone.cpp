// SPDX-License-Identifier: Apache-2.0
#include "time_zone.h"

#include <anchor/base/byte_reader.h>

#include <algorithm>

namespace anchor::cel {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} << 10U;
constexpr std::size_t kMostZones = 32;  // kept at a time
constexpr std::size_t kLongestName = 64;

struct Header {
    std::uint8_t version = 0;
    std::uint32_t utc_flags = 0, standard_flags = 0, leaps = 0, transitions = 0, types = 0, letters = 0;

    std::size_t body_octets(std::size_t time_octets) const {
        return std::size_t{transitions} * (time_octets + 1) + std::size_t{types} * 6 + letters + std::size_t{leaps} * (time_octets + 4) +
               standard_flags + utc_flags;
    }
};

// RFC 9636 §3.1
Result<Header> read_header(ByteReader& reader) {
    Header header;
    ANCHOR_ASSIGN_OR_RETURN(const ByteView magic, reader.take(4, "magic"));
    if (as_text(magic) != "TZif") return rejected("time zone: not a TZif file");
    ANCHOR_ASSIGN_OR_RETURN(header.version, reader.u8("version"));
    ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const ByteView reserved, reader.take(15, "reserved"));
    for (std::uint32_t* count :
         {&header.utc_flags, &header.standard_flags, &header.leaps, &header.transitions, &header.types, &header.letters}) {
        ANCHOR_ASSIGN_OR_RETURN(*count, reader.u32_be("count"));
        if (*count > kLargestFile) return rejected("time zone: a count is larger than the file may be");
    }
    return header;
}

// "+05:30", "-02:00", "05:30"
std::optional<std::int64_t> fixed_offset(std::string_view text) {
    const bool west = text.starts_with('-');
    if (west || text.starts_with('+')) text.remove_prefix(1);
    const auto digit = [&](std::size_t i) -> std::int64_t { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const std::int64_t hours = digit(0) * 10 + digit(1);
    const std::int64_t minutes = digit(3) * 10 + digit(4);
    if (hours > 23 || minutes > 59) return std::nullopt;
    const std::int64_t seconds = hours * 3600 + minutes * 60;
    return west ? -seconds : seconds;
}

// Letters, digits and separators, no ".." and no absolute path: the name comes from an expression.
bool is_zone_name(std::string_view name) {
    const auto part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && name.size() <= kLongestName && name[0] != '/' && std::all_of(name.begin(), name.end(), part);
}

}  // namespace

struct TimeZone::Reader {
    // RFC 9636 §3.2: the second block, with times of 64 bits.
    static Result<TimeZone> read(ByteView file) {
        ByteReader reader(file);
        ANCHOR_ASSIGN_OR_RETURN(const Header first, read_header(reader));
        if (first.version < '2') return rejected("time zone: version 1 has no 64-bit times");
        ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const ByteView skipped, reader.take(first.body_octets(4), "version 1 data"));
        ANCHOR_ASSIGN_OR_RETURN(const Header header, read_header(reader));
        if (header.body_octets(8) > reader.remaining() || header.types == 0) return rejected("time zone: shorter than it says");

        TimeZone zone;
        zone.transitions_.resize(header.transitions);
        for (Transition& transition : zone.transitions_) {
            ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t at, reader.u64_be("transition"));
            transition.at = static_cast<std::int64_t>(at);
        }
        ANCHOR_ASSIGN_OR_RETURN(const ByteView types, reader.take(header.transitions, "types"));
        std::vector<std::int64_t> offsets;
        for (std::uint32_t i = 0; i < header.types; ++i) {
            ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t offset, reader.u32_be("offset"));
            ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint16_t flags, reader.u16_be("flags"));
            offsets.push_back(static_cast<std::int32_t>(offset));
        }
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (types[i] >= offsets.size()) return rejected("time zone: a transition to a type that is not there");
            zone.transitions_[i].offset = offsets[types[i]];
        }
        zone.first_offset_ = offsets[0];
        return zone;
    }
};

std::optional<TimeZone> TimeZone::parse(ByteView file) {
    Result<TimeZone> zone = Reader::read(file);
    if (!zone.has_value()) return std::nullopt;
    return std::move(zone).value();
}

std::int64_t TimeZone::offset_at(std::int64_t seconds) const noexcept {
    const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), seconds,
                                        [](std::int64_t time, const Transition& transition) { return time < transition.at; });
    return after == transitions_.begin() ? first_offset_ : std::prev(after)->offset;
}

std::optional<TimeZone> TimeZoneCache::load(const std::string& name) const {
    if (files_ == nullptr) return std::nullopt;
    const Result<Bytes> file = files_(name);
    if (!file.has_value() || file->size() > kLargestFile) return std::nullopt;
    return TimeZone::parse(*file);
}

std::optional<std::int64_t> TimeZoneCache::offset(std::string_view zone, std::int64_t seconds) {
    if (zone.empty() || zone == "UTC" || zone == "Z") return 0;
    if (const auto fixed = fixed_offset(zone)) return fixed;
    if (!is_zone_name(zone)) return std::nullopt;
    auto found = zones_.find(zone);
    if (found == zones_.end()) {
        if (zones_.size() >= kMostZones) zones_.clear();
        found = zones_.emplace(std::string(zone), load(std::string(zone))).first;
    }
    if (!found->second.has_value()) return std::nullopt;
    return found->second->offset_at(seconds);
}

}  // namespace anchor::cel
