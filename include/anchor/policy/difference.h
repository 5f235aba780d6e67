// SPDX-License-Identifier: Apache-2.0
#pragma once

// What changes from one policy to another, for the people who have to agree to it. Author's side of the trust border.

#include <string>
#include <vector>

#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// What changes for a device when `after` takes the place of `before`, one line each; empty where nothing does. Where the line
/// alone tells, it ends with "(stricter)" or "(looser)"; a condition that changed is for people to read.
[[nodiscard]] std::vector<std::string> diff(const Policy& before, const Policy& after);

/// The same where other policies are in force beside it: what the sets as a whole open, ask for and wait for, at each level. What the
/// others keep as it was is no change for the device.
[[nodiscard]] std::vector<std::string> diff(const PolicySet& before, const PolicySet& after);

}  // namespace anchor::policy
