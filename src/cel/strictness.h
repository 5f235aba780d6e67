// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a function or operator answers where an argument is an error or unknown.

#include <span>

#include <anchor/cel/value.h>

namespace anchor::cel {

[[nodiscard]] bool all_known(std::span<const Value> arguments) noexcept;
/// Of arguments that are not all known: the first error, or what is unknown in all of them.
[[nodiscard]] Value failed_arguments(std::span<const Value> arguments, Arena& arena);

/// An error and an unknown: the unknown, because it may yet become a value; two unknowns: both.
[[nodiscard]] Value merge_failures(const Value& a, const Value& b, Arena& arena);
/// What an operator makes of something that is not of the kind that it wants.
[[nodiscard]] Value as_failure(const Value& value);

}  // namespace anchor::cel
