// SPDX-License-Identifier: Apache-2.0
#pragma once

// Moments as people say them.

#include <string>
#include <string_view>

#include <anchor/base/time.h>

namespace anchor::cli {

/// "3 hours ago", "in 40 days", "now": the largest unit that fits, rounded down.
[[nodiscard]] std::string elapsed(WallTime moment, WallTime now);
/// An RFC 3339 text with what it means now: "2027-06-30T00:00:00Z (in 40 days)". Other texts as they are, made printable.
[[nodiscard]] std::string moment_with_elapsed(std::string_view rfc3339, WallTime now);

}  // namespace anchor::cli
