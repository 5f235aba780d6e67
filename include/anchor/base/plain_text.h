// SPDX-License-Identifier: Apache-2.0
#pragma once

// Foreign text as it may be shown to a person, kept in a log or put into JSON: a path of a measured file, a reason of a device, a note of a
// manufacturer. Whoever wrote it may want to steer the terminal, hide a line or make one name look like another.

#include <string>
#include <string_view>

namespace anchor {

/// Valid UTF-8 (RFC 3629) of at most `limit` octets, cut between characters and marked with "..." where something is missing. A '?'
/// stands for each octet that is no UTF-8 and for each character that prints nothing by itself: controls (C0, DEL, C1), line and paragraph
/// separators, marks of direction (Unicode TR 36 §3.3), zero widths, tags, noncharacters, private use. What only looks like something
/// else, a Cyrillic "а", passes.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace anchor
