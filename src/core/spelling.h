// SPDX-License-Identifier: Apache-2.0
#pragma once

// An enum and its spellings in documents, one beside the other.

#include <array>
#include <optional>
#include <string_view>

namespace anchor {

/// The enum whose values, counted from 0, are spelled so.
template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::optional<Enum> spelled(const std::array<std::string_view, N>& names, std::string_view name) noexcept {
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace anchor
