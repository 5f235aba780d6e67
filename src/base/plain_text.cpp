// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/plain_text.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace anchor {
namespace {

constexpr std::string_view kMore = "...";

struct Character {
    char32_t code = 0;
    std::size_t size = 0;
};

struct Range {
    char32_t first, last;
};

// What is no text by itself, in order.
constexpr std::array kHidden = {
    Range{0x0, 0x1f},         Range{0x7f, 0x9f},     Range{0xad, 0xad},      // controls, soft hyphen
    Range{0x61c, 0x61c},      Range{0x180e, 0x180e},                         // Arabic letter mark, Mongolian vowel separator
    Range{0x200b, 0x200f},    Range{0x2028, 0x202e}, Range{0x2060, 0x206f},  // zero widths, separators, directions
    Range{0xe000, 0xf8ff},    Range{0xfdd0, 0xfdef}, Range{0xfe00, 0xfe0f},  // private use, noncharacters, variation selectors
    Range{0xfeff, 0xfeff},    Range{0xfff0, 0xffff},                         // byte order mark, specials
    Range{0xe0000, 0x10ffff},                                                // tags, selectors, private use
};

bool is_hidden(char32_t code) {
    if ((code & 0xfffe) == 0xfffe) return true;  // the last two of each plane
    return std::ranges::any_of(kHidden, [code](const Range& range) { return code >= range.first && code <= range.last; });
}

// RFC 3629 §4: the shortest form only, no surrogates, nothing above 10FFFF.
std::optional<Character> first_character(std::string_view text) {
    const auto octet = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = octet(0);
    if (lead < 0x80) return Character{lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return std::nullopt;
    char32_t code = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((octet(i) & 0xc0U) != 0x80U) return std::nullopt;
        code = code << 6U | (octet(i) & 0x3fU);
    }
    const bool shortest = code >= (size == 4 ? 0x10000U : size == 3 ? 0x800U : 0x80U);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (!shortest || surrogate || code > 0x10ffff) return std::nullopt;
    return Character{code, size};
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t limit) {
    std::string plain;
    std::size_t fits = 0;  // how much of it may stay where "..." has to follow
    for (std::string_view rest = text; !rest.empty();) {
        const auto character = first_character(rest);
        const std::size_t size = character ? character->size : 1;
        if (character && !is_hidden(character->code))
            plain += rest.substr(0, size);
        else
            plain += '?';
        if (plain.size() > limit) {
            plain.resize(fits);
            return limit < kMore.size() ? plain : plain.append(kMore);
        }
        if (plain.size() + kMore.size() <= limit) fits = plain.size();
        rest.remove_prefix(size);
    }
    return plain;
}

}  // namespace anchor
