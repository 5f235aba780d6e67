// SPDX-License-Identifier: Apache-2.0
#pragma once

// "x in [constants]": how it is compiled, and what looking into a set costs.

#include <span>

#include <anchor/cel/value.h>

namespace anchor::cel {

constexpr std::size_t kSetFrom = 16;        // elements; below, comparing one by one is faster
constexpr std::size_t kOctetsPerStep = 16;  // of a text that is compared with keys

/// Kind of all elements where it is one that can be looked for quickly: Int or String; Null otherwise.
[[nodiscard]] Kind uniform_kind(std::span<const Value> list);
/// The elements, of one kind, as a map whose keys they are; an error value where there is no memory for it.
[[nodiscard]] Value as_set(Arena& arena, std::span<const Value> list);
[[nodiscard]] std::uint64_t cost_of_set(const Value& element) noexcept;

}  // namespace anchor::cel
