// SPDX-License-Identifier: Apache-2.0
#pragma once

// The machine that runs a program's instructions (code.h): every program can be evaluated by it.

#include <span>

#include "code.h"

namespace anchor::cel {

/// `values` has all slots that the program reads.
[[nodiscard]] Value run_machine(const Code& code, std::span<const Value> values, Scratch& scratch);

}  // namespace anchor::cel
