// SPDX-License-Identifier: Apache-2.0
#pragma once

// The section "rules": conditions are compiled and type-checked here, before they ever reach a device.

#include <vector>

#include <anchor/policy/policy.h>

#include "fields.h"
#include "vocabulary.h"

namespace anchor::policy {

[[nodiscard]] std::vector<Rule> read_rules(Fields& document, const Vocabulary& words);

}  // namespace anchor::policy
