// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether two short texts are the same, without a call: names and words of a policy are compared many times a tick, and a call
// of memcmp costs more than the comparison. Not for secrets: it takes longer the more agrees.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace anchor {

inline constexpr std::size_t kShortText = 64;

/// `size` octets each, at most kShortText.
[[nodiscard]] inline bool same_short_text(const char* a, const char* b, std::size_t size) noexcept {
    const auto differ = [&]<class Word>(std::size_t at, Word) {
        Word left = 0;
        Word right = 0;
        std::memcpy(&left, a + at, sizeof left);
        std::memcpy(&right, b + at, sizeof right);
        return left != right;
    };
    if (size >= 8) {  // the last word overlaps the one before it
        for (std::size_t at = 0; at + 8 < size; at += 8) {
            if (differ(at, std::uint64_t{})) return false;
        }
        return !differ(size - 8, std::uint64_t{});
    }
    if (size >= 4) return !differ(0, std::uint32_t{}) && !differ(size - 4, std::uint32_t{});
    for (std::size_t at = 0; at < size; ++at) {
        if (a[at] != b[at]) return false;
    }
    return true;
}

[[nodiscard]] inline bool same_text(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    if (a.size() <= kShortText) return same_short_text(a.data(), b.data(), a.size());
    return std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace anchor
