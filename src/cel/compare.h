// SPDX-License-Identifier: Apache-2.0
#pragma once

// Order and hash of values. Equality is public (anchor::cel::equal).

#include <compare>
#include <cstdint>
#include <optional>

#include <anchor/cel/value.h>

namespace anchor::cel {

/// The order of two values: numbers across types, otherwise values of one ordered kind. No value where the
/// kinds have no order; unordered where a NaN is involved.
[[nodiscard]] std::optional<std::partial_ordering> order(const Value& a, const Value& b) noexcept;

/// int, uint and integral double as one number; other doubles equal no map key.
[[nodiscard]] bool is_map_key(const Value& value) noexcept;
[[nodiscard]] bool same_key(const Value& a, const Value& b) noexcept;
[[nodiscard]] std::uint64_t hash_key(const Value& key) noexcept;

/// equal(), counted: takes each step from `steps` (elements, and sixteen octets of text, are one). Gives up and
/// says false where none is left.
[[nodiscard]] bool equal_within(const Value& a, const Value& b, std::uint64_t& steps) noexcept;

}  // namespace anchor::cel
