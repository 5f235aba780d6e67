// SPDX-License-Identifier: Apache-2.0
#pragma once

// Octets: owned (Bytes), borrowed (ByteView), and the two honest conversions to and from text.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anchor {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The octets of a text, borrowed: valid as long as the text is.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The octets read as text, borrowed. Promises nothing about their encoding.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

inline void append(Bytes& to, ByteView what) { to.insert(to.end(), what.begin(), what.end()); }

/// Same length and content. Not constant in time: for secrets use SecretBytes.
[[nodiscard]] bool equal(ByteView a, ByteView b) noexcept;

}  // namespace anchor
