// SPDX-License-Identifier: Apache-2.0
#pragma once

// Regular expressions by RE2: linear time and bounded memory for every pattern. The one file that includes it
// is regex.cpp.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace anchor::cel {

class Regex {
public:
    /// No value for a pattern that RE2 does not accept or that would take more than `max_memory` octets.
    [[nodiscard]] static std::optional<Regex> compile(std::string_view pattern, std::size_t max_memory);

    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// Whether the pattern is found anywhere in the text.
    [[nodiscard]] bool matches(std::string_view text) const noexcept;
    /// About how many octets the compiled pattern takes.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct Compiled;
    explicit Regex(std::unique_ptr<Compiled> compiled) noexcept;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace anchor::cel
