// SPDX-License-Identifier: Apache-2.0
#pragma once

// The mistakes of one expression, collected by offset and reported by line and column.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/program.h>

namespace anchor::cel {

class Diagnostics {
public:
    explicit Diagnostics(std::string_view source) noexcept : source_(source) {}

    /// Only the first few are kept: the rest follows from them more often than not.
    void add(std::uint32_t offset, std::string message);
    [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
    [[nodiscard]] bool full() const noexcept { return found_.size() >= kMost; }
    /// In the order of the source.
    [[nodiscard]] std::vector<Diagnostic> sorted() const;

private:
    static constexpr std::size_t kMost = 20;
    struct Found {
        std::uint32_t offset;
        std::string message;
    };
    std::string_view source_;
    std::vector<Found> found_;
};

/// "line L, column C: message"
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

}  // namespace anchor::cel
