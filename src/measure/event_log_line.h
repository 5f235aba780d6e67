// SPDX-License-Identifier: Apache-2.0
#pragma once

// Foreign text in one line of output.

#include <string>
#include <string_view>

namespace anchor::measure {

/// UTF-8 without control characters (they become "\x1b"), cut at a character after `longest` octets, with "…" then.
[[nodiscard]] std::string one_line(std::string_view utf8, std::size_t longest);

}  // namespace anchor::measure
