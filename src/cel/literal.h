// SPDX-License-Identifier: Apache-2.0
#pragma once

// The content of literal tokens. Each reader returns the content or says what is wrong, and where in the token.

#include <cstdint>
#include <string>
#include <string_view>

namespace anchor::cel {

/// What is wrong with a literal: `at` is an offset into the token.
struct LiteralProblem {
    std::size_t at = 0;
    std::string_view problem;
};

/// Decimal or 0x hexadecimal, with its sign. False where it does not fit 64 bits.
[[nodiscard]] bool read_int(std::string_view digits, bool negative, std::int64_t& value) noexcept;
[[nodiscard]] bool read_uint(std::string_view digits, std::uint64_t& value) noexcept;
/// Nearer to 0 than any double is 0; beyond the largest is false.
[[nodiscard]] bool read_double(std::string_view text, double& value) noexcept;

/// Prefix and quotes removed, escapes resolved: UTF-8 for a string, octets for bytes.
/// False with `problem` for an escape that does not exist or names no code point.
[[nodiscard]] bool read_text(std::string_view token, std::string& content, LiteralProblem& problem);

}  // namespace anchor::cel
