// SPDX-License-Identifier: Apache-2.0
#pragma once

// What anchorctl tells a script by its exit code; anchorctl(1) has the same list.

#include <string_view>

#include <anchor/base/result.h>
#include <anchor/core/level.h>

namespace anchor::cli {

namespace exit_code {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kRefused = 3;      ///< the daemon refused, or what was checked is not to be trusted
inline constexpr int kUnreachable = 4;  ///< no daemon, or it went away
}  // namespace exit_code

/// For `status --exit-code`: 0 trusted, 10 restricted, 11 unverified, 12 quarantined, 13 revoked; 11 for any other text.
[[nodiscard]] int exit_code_of_level(std::string_view level);
/// For an error of the daemon's answer, or of the way to it, which has an errno.
[[nodiscard]] int exit_code_of(const Error& error);

}  // namespace anchor::cli
