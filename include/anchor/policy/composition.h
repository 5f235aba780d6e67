// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether several policies can be in force side by side. Author's side of the trust border: a device copes with all of this
// by unknowns, which its author had better hear of before.

#include <string>
#include <vector>

#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// What policies say that contradicts each other, one line each: the same name twice, a claim of one name with two types or
/// from two sources. That one of them closes what another opens is no conflict.
[[nodiscard]] std::vector<std::string> conflicts(const PolicySet& policies);

}  // namespace anchor::policy
