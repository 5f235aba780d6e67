// SPDX-License-Identifier: Apache-2.0
#pragma once

// Macros: calls that the parser turns into nodes of their own, because their arguments are names or are
// evaluated many times. A call that fits no macro stays a call.

#include <string_view>

#include "ast.h"

namespace anchor::cel {

/// Whether something is wrong with a macro's arguments, and where.
struct Expansion {
    std::uint32_t offset = 0;
    std::string_view problem;
};

/// Turns the call into a macro's node, in place, where it is one.
[[nodiscard]] Expansion expand_macro(Node& call, Extension extensions, Tree& tree);

}  // namespace anchor::cel
