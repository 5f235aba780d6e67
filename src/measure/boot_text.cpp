// SPDX-License-Identifier: Apache-2.0
#include "boot_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace anchor::measure {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

std::uint32_t unit_at(ByteView utf16, std::size_t index) {
    return static_cast<std::uint32_t>(utf16[2 * index]) | (static_cast<std::uint32_t>(utf16[2 * index + 1]) << 8U);
}

bool is_high_surrogate(std::uint32_t unit) { return (unit & 0xFC00U) == 0xD800U; }
bool is_low_surrogate(std::uint32_t unit) { return (unit & 0xFC00U) == 0xDC00U; }

ByteView without_nul(ByteView octets) {
    while (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
    return octets;
}

}  // namespace

void append_utf8(std::string& to, std::uint32_t c) {
    const auto put = [&to](std::uint32_t octet) { to.push_back(static_cast<char>(static_cast<std::uint8_t>(octet))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

std::string utf8_from_utf16(ByteView octets) {
    std::string text;
    const std::size_t units = octets.size() / 2;
    for (std::size_t i = 0; i < units; ++i) {
        const std::uint32_t unit = unit_at(octets, i);
        if (is_high_surrogate(unit) && i + 1 < units && is_low_surrogate(unit_at(octets, i + 1))) {
            append_utf8(text, 0x10000U + ((unit & 0x3FFU) << 10U) + (unit_at(octets, ++i) & 0x3FFU));
        } else {
            append_utf8(text, is_high_surrogate(unit) || is_low_surrogate(unit) ? kReplacement : unit);
        }
    }
    if (octets.size() % 2 != 0) append_utf8(text, kReplacement);
    return text;
}

std::string utf8_until_nul(ByteView utf16) {
    std::size_t units = 0;
    while (units < utf16.size() / 2 && unit_at(utf16, units) != 0) ++units;
    return utf8_from_utf16(utf16.first(2 * units));
}

bool looks_like_utf16(ByteView octets) {
    if (octets.size() % 2 != 0 && octets.back() == 0) octets = octets.first(octets.size() - 1);  // systemd-boot before 250
    if (octets.size() < 4 || octets.size() % 2 != 0) return false;
    const std::size_t units = octets.size() / 2;
    bool ended = false;
    for (std::size_t i = 0; i < units; ++i) {
        const std::uint32_t unit = unit_at(octets, i);
        if (unit >= 0x100 || (unit != 0 && unit < 0x20 && unit != '\t' && unit != '\n')) return false;
        if (unit != 0 && ended) return false;
        ended = ended || unit == 0;
    }
    return unit_at(octets, 0) != 0;
}

std::size_t utf8_length(ByteView octets) {
    if (octets.empty()) return 0;
    const std::uint8_t lead = octets[0];
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xC2 && lead < 0xE0 ? 2U : lead >= 0xE0 && lead < 0xF0 ? 3U : lead >= 0xF0 && lead < 0xF5 ? 4U : 0U;
    if (length == 0 || octets.size() < length) return 0;
    const auto continues = [](std::uint8_t octet) { return (octet & 0xC0U) == 0x80U; };
    if (!std::ranges::all_of(octets.subspan(1, length - 1), continues)) return 0;
    // Overlong forms, surrogates, and what is beyond Unicode.
    if ((lead == 0xE0 && octets[1] < 0xA0) || (lead == 0xED && octets[1] > 0x9F)) return 0;
    if ((lead == 0xF0 && octets[1] < 0x90) || (lead == 0xF4 && octets[1] > 0x8F)) return 0;
    return length;
}

std::string utf8_from_octets(ByteView octets) {
    std::string text;
    while (!octets.empty()) {
        const std::size_t length = utf8_length(octets);
        if (length == 0)
            append_utf8(text, octets[0]);
        else
            text += as_text(octets.first(length));
        octets = octets.subspan(std::max<std::size_t>(length, 1));
    }
    return text;
}

std::string utf8_without_nul(ByteView octets) { return utf8_from_octets(without_nul(octets)); }

bool is_printable(ByteView octets) {
    octets = without_nul(octets);
    return !octets.empty() && std::ranges::all_of(octets, [](std::uint8_t octet) { return octet >= 0x20 && octet < 0x7F; });
}

std::string hex_number(std::uint64_t value) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    return "0x" + std::string(digits.data(), end);
}

}  // namespace anchor::measure
