// SPDX-License-Identifier: Apache-2.0
#include "der.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace anchor::crypto::der {
namespace {

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

// "YYYYMMDDHHMMSSZ"
std::optional<WallTime> instant(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 15 || text[14] != 'Z') return std::nullopt;
    const auto year_number = digits(text.substr(0, 4));
    const auto month_number = digits(text.substr(4, 2));
    const auto day_number = digits(text.substr(6, 2));
    const auto hour = digits(text.substr(8, 2));
    const auto minute = digits(text.substr(10, 2));
    const auto second = digits(text.substr(12, 2));
    if (!year_number || !month_number || !day_number || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{year(static_cast<int>(*year_number)), month(*month_number), day(*day_number)};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return WallTime(sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second);
}

}  // namespace

Error Reader::refuse(std::string_view field, std::string_view why, std::size_t at) const {
    return rejected(std::string(field) + ": " + std::string(why) + " at offset " + std::to_string(origin_ + at));
}

Result<void> Reader::expect_end(std::string_view what) const {
    if (!at_end()) return refuse(what, "unexpected octets", position_);
    return {};
}

Result<Element> Reader::any(std::string_view field) {
    const ByteView left = octets_.subspan(position_);
    if (left.size() < 2) return refuse(field, "missing or cut off", position_);
    if ((left[0] & 0x1fU) == 0x1f) return refuse(field, "tag number above 30", position_);

    std::size_t header = 2;
    std::size_t length = left[1];
    if (length >= 0x80) {
        const std::size_t count = length & 0x7fU;
        if (count == 0 || count > 4 || left.size() < 2 + count) return refuse(field, "unacceptable length", position_);
        length = 0;
        for (std::size_t i = 0; i < count; ++i) length = (length << 8U) | left[2 + i];
        if (left[2] == 0 || length < 0x80) return refuse(field, "length not in its shortest form", position_);
        header += count;
    }
    if (length > left.size() - header) return refuse(field, "longer than what is left", position_);

    position_ += header + length;
    return Element{left[0], left.subspan(header, length), left.first(header + length)};
}

Result<Element> Reader::expect(std::uint8_t tag, std::string_view field) {
    if (!at_end() && octets_[position_] != tag) return refuse(field, "another type", position_);
    return any(field);
}

Result<Reader> Reader::enter(std::uint8_t tag, std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const Element found, expect(tag, field));
    return Reader(found.content, origin_ + position_ - found.content.size());
}

Result<ByteView> Reader::unsigned_integer(std::string_view field) {
    const std::size_t start = position_;
    ANCHOR_ASSIGN_OR_RETURN(const Element found, expect(kInteger, field));
    const ByteView octets = found.content;
    if (octets.empty()) return refuse(field, "number without octets", start);
    if ((octets[0] & 0x80U) != 0) return refuse(field, "negative number", start);
    if (octets.size() == 1 || octets[0] != 0) return octets;
    if ((octets[1] & 0x80U) == 0) return refuse(field, "number not in its shortest form", start);
    return octets.subspan(1);
}

Result<std::uint32_t> Reader::small_integer(std::string_view field) {
    const std::size_t start = position_;
    ANCHOR_ASSIGN_OR_RETURN(const ByteView octets, unsigned_integer(field));
    if (octets.size() > 4) return refuse(field, "number above 32 bits", start);
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets) value = (value << 8U) | octet;
    return value;
}

Result<bool> Reader::boolean(std::string_view field) {
    const std::size_t start = position_;
    ANCHOR_ASSIGN_OR_RETURN(const Element found, expect(kBoolean, field));
    if (found.content.size() != 1 || (found.content[0] != 0 && found.content[0] != 0xff)) return refuse(field, "no truth value", start);
    return found.content[0] != 0;
}

Result<ByteView> Reader::bit_octets(std::string_view field) {
    const std::size_t start = position_;
    ANCHOR_ASSIGN_OR_RETURN(const Element found, expect(kBitString, field));
    if (found.content.empty() || found.content[0] != 0) return refuse(field, "not a whole number of octets", start);
    return found.content.subspan(1);
}

Result<WallTime> Reader::time(std::string_view field) {
    const std::size_t start = position_;
    ANCHOR_ASSIGN_OR_RETURN(const Element found, any(field));
    std::string text(as_text(found.content));
    if (found.tag == kUtcTime && text.size() == 13) {
        text.insert(0, text[0] >= '5' ? "19" : "20");  // RFC 5280 §4.1.2.5.1
    } else if (found.tag != kGeneralizedTime) {
        return refuse(field, "no time to the second", start);
    }
    const auto when = instant(text);
    if (!when) return refuse(field, "no time in UTC to the second", start);
    return *when;
}

Result<Reader> read_only(ByteView octets, std::uint8_t tag, std::string_view what) {
    Reader outer(octets);
    ANCHOR_ASSIGN_OR_RETURN(Reader inner, outer.enter(tag, what));
    ANCHOR_RETURN_IF_ERROR(outer.expect_end(what));
    return inner;
}

std::string oid_text(ByteView content) {
    if (content.empty() || content.size() > 64 || (content.back() & 0x80U) != 0) return "?";
    std::string text;
    std::uint64_t value = 0;
    for (const std::uint8_t octet : content) {
        if (value >> 56U != 0) return "?";
        value = (value << 7U) | (octet & 0x7fU);
        if ((octet & 0x80U) != 0) continue;
        if (text.empty()) {
            const std::uint64_t first = value < 80 ? value / 40 : 2;
            text = std::to_string(first);
            value -= first * 40;
        }
        text += "." + std::to_string(value);
        value = 0;
    }
    return text;
}

Bytes element(std::uint8_t tag, Parts parts) {
    std::size_t length = 0;
    for (const ByteView part : parts) length += part.size();

    Bytes out;
    out.reserve(length + 10);  // no growing, which would leave copies of secrets behind
    out.push_back(tag);
    if (length < 0x80) {
        out.push_back(static_cast<std::uint8_t>(length));
    } else {
        unsigned count = 1;
        while (count < 8 && (length >> (8U * count)) != 0) ++count;
        out.push_back(static_cast<std::uint8_t>(0x80U | count));
        while (count-- > 0) out.push_back(static_cast<std::uint8_t>(length >> (8U * count)));
    }
    for (const ByteView part : parts) append(out, part);
    return out;
}

Bytes null() { return element(kNull, {}); }
Bytes true_value() { return {kBoolean, 1, 0xff}; }

Bytes unsigned_integer(ByteView big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
    constexpr std::array<std::uint8_t, 1> kZero{};
    const bool needs_zero = big_endian.empty() || (big_endian[0] & 0x80U) != 0;
    return element(kInteger, {needs_zero ? ByteView(kZero) : ByteView(), big_endian});
}

Bytes small_integer(std::uint32_t value) {
    const std::array<std::uint8_t, 4> octets{static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
                                             static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
    return unsigned_integer(octets);
}

Bytes bit_string(ByteView octets) {
    constexpr std::array<std::uint8_t, 1> kNoUnusedBits{};
    return element(kBitString, {kNoUnusedBits, octets});
}

Bytes time(WallTime when) {
    using namespace std::chrono;
    const auto midnight = floor<days>(when);
    const year_month_day date{midnight};
    const hh_mm_ss clock{floor<seconds>(when - midnight)};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u%02d%02d%02dZ", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    const bool short_form = static_cast<int>(date.year()) < 2050;
    return element(short_form ? kUtcTime : kGeneralizedTime, {as_bytes(std::string_view(text.data()).substr(short_form ? 2 : 0))});
}

}  // namespace anchor::crypto::der
