// SPDX-License-Identifier: Apache-2.0
#pragma once

// Foreign text for a terminal or a log: a path may hold any octet, escape sequences among them.

#include <string>
#include <string_view>

namespace anchor::measure {

/// Appends the text; control characters, octets outside ASCII that are no valid UTF-8, and backslashes as \xNN.
void append_printable(std::string& to, std::string_view text);

}  // namespace anchor::measure
