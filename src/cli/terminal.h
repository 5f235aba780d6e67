// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text on its way to a person: what others wrote must not steer the terminal, and colour is for terminals only.

#include <string>
#include <string_view>

namespace anchor::cli {

/// The text without control characters: each becomes "?". Line ends too, so that nobody forges a line.
[[nodiscard]] std::string printable(std::string_view text);

enum class Colour : unsigned char { Plain, Good, Warning, Bad, Faint };

/// Puts colours around words, or leaves them alone.
class Painter {
public:
    explicit Painter(bool colours) noexcept : colours_(colours) {}
    [[nodiscard]] std::string operator()(Colour colour, std::string_view text) const;

private:
    bool colours_;
};

/// Standard output is a terminal, NO_COLOR (no-color.org) is not set, and TERM is not "dumb".
[[nodiscard]] bool colours_wanted();

}  // namespace anchor::cli
