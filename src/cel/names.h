// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names as the specification looks them up, and as people misspell them.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/cel/environment.h>

namespace anchor::cel {

/// The full names that `name` may mean inside `container`, innermost first; only itself for ".name".
[[nodiscard]] std::vector<std::string> candidates(std::string_view container, std::string_view name);

/// How an operator is written: "+" for "_+_"; other names are themselves.
[[nodiscard]] std::string written_name(std::string_view function);
[[nodiscard]] bool is_operator(std::string_view function) noexcept;

/// Source text as a message shows it: at most 80 octets, on one line.
[[nodiscard]] std::string shortened(std::string_view name);

/// ", did you mean 'x'?" with the declared variable that differs least; empty where none is close.
[[nodiscard]] std::string suggestion(const Environment& environment, std::string_view name);

}  // namespace anchor::cel
