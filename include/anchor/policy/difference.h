// SPDX-License-Identifier: Apache-2.0
#pragma once

// What changes from one policy to another, for the people who have to agree to it. Author's side of the trust border.

#include <string>
#include <vector>

#include <anchor/policy/policy.h>

namespace anchor::policy {

/// What changes for a device when `after` takes the place of `before`, one line each; empty where nothing does. Where the line
/// alone tells, it ends with "(stricter)" or "(looser)"; a condition that changed is for people to read.
[[nodiscard]] std::vector<std::string> diff(const Policy& before, const Policy& after);

}  // namespace anchor::policy
