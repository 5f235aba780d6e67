// SPDX-License-Identifier: Apache-2.0
#pragma once

// UTF-8 by code points (RFC 3629). Texts of programs are valid; these functions stay within bounds for any
// octets nevertheless: a broken sequence counts as one code point an octet.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anchor::cel {

struct CodePoint {
    char32_t value = 0;
    std::size_t octets = 1;
    bool is_valid = true;
};

/// The code point that begins at `offset`, which must be inside the text.
[[nodiscard]] CodePoint decode_at(std::string_view text, std::size_t offset) noexcept;
void append_utf8(std::string& text, char32_t code_point);
/// Not a surrogate and not beyond U+10FFFF.
[[nodiscard]] bool is_scalar(char32_t code_point) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;
/// Where code point number `index` begins; the end of the text for the number of its code points; no value beyond.
[[nodiscard]] std::optional<std::size_t> offset_of(std::string_view text, std::size_t index) noexcept;

/// White_Space of Unicode, as trim() means it.
[[nodiscard]] bool is_space(char32_t code_point) noexcept;

}  // namespace anchor::cel
