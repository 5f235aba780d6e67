// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program run to its end within a deadline, without a shell. It gets nothing of ours but standard error, for both of
// its outputs: no descriptor, no environment, no blocked signal.

#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::enforce {

/// Success where it exits with 0. Unavailable: it can't be started, failed, or took too long; what is left of its process
/// group is killed then.
[[nodiscard]] Result<void> run_child(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                                     Milliseconds deadline);

}  // namespace anchor::enforce
