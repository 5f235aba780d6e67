// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file that readers find whole at any time.

#include <string>
#include <string_view>

#include <anchor/base/result.h>

namespace anchor::enforce {

/// Puts the text in place of the file in one step, readable for all; leaves it alone where it says so already. Not meant to
/// survive power loss: these files live in /run.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace anchor::enforce
