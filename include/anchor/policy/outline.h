// SPDX-License-Identifier: Apache-2.0
#pragma once

// A policy as a person reads it: what has to hold, what follows where it does not, what stays open. Author's side of the
// trust border.

#include <string>

#include <anchor/policy/policy.h>

namespace anchor::policy {

/// Many lines: the heading, each rule with what it amounts to, the levels, what is open at which of them.
[[nodiscard]] std::string outline(const Policy& policy);

}  // namespace anchor::policy
