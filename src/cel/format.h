// SPDX-License-Identifier: Apache-2.0
#pragma once

// "%s is %d".format([…]) of the string extension.

#include <span>
#include <string_view>

#include <anchor/cel/scratch.h>

namespace anchor::cel {

/// Clauses %s %d %f %e %b %x %X %o %%, with a precision such as %.3f. Error values for a clause that does not
/// exist, has no argument, or an argument that it can't show.
[[nodiscard]] Value format(std::string_view pattern, std::span<const Value> arguments, Scratch& scratch);

/// What can be wrong with the pattern alone; empty where it is fine.
[[nodiscard]] std::string_view pattern_problem(std::string_view pattern) noexcept;

}  // namespace anchor::cel
