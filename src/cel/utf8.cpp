// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

#include <algorithm>

namespace anchor::cel {
namespace {

std::uint8_t octet(std::string_view text, std::size_t offset) { return static_cast<std::uint8_t>(text[offset]); }

bool is_continuation(std::string_view text, std::size_t offset) { return offset < text.size() && (octet(text, offset) & 0xc0U) == 0x80; }

constexpr CodePoint kBroken{U'\uFFFD', 1, false};

}  // namespace

bool is_scalar(char32_t code_point) noexcept { return code_point < 0xd800 || (code_point > 0xdfff && code_point <= 0x10ffff); }

CodePoint decode_at(std::string_view text, std::size_t offset) noexcept {
    const std::uint8_t first = octet(text, offset);
    if (first < 0x80) return {first, 1, true};
    if (first < 0xc2 || first > 0xf4) return kBroken;
    const std::size_t length = first < 0xe0 ? 2 : (first < 0xf0 ? 3 : 4);
    char32_t value = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text, offset + i)) return kBroken;
        value = (value << 6U) | (octet(text, offset + i) & 0x3fU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || !is_scalar(value)) return kBroken;
    return {value, length, true};
}

void append_utf8(std::string& text, char32_t code_point) {
    const auto put = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3fU));
    } else if (code_point < 0x10000) {
        put(0xe0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    } else {
        put(0xf0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3fU));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    }
}

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode_at(text, at);
        if (!point.is_valid) return false;
        at += point.octets;
    }
    return true;
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
}

std::size_t count_code_points(std::string_view text) noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) at += decode_at(text, at).octets;
    return count;
}

std::optional<std::size_t> offset_of(std::string_view text, std::size_t index) noexcept {
    std::size_t at = 0;
    for (; index > 0 && at < text.size(); --index) at += decode_at(text, at).octets;
    if (index > 0) return std::nullopt;
    return at;
}

bool is_space(char32_t c) noexcept {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

}  // namespace anchor::cel
