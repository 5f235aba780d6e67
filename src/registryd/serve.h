// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry serve: one loop that answers devices until SIGTERM or SIGINT.

#include <string>

#include <anchor/base/result.h>

namespace anchor::registryd {

/// Returns after a clean stop. Several processes, each with another number, share the work of one folder. Errors: what is missing or wrong
/// in the folder; Denied where a process of that number serves it already.
[[nodiscard]] Result<void> serve(const std::string& folder, unsigned number = 1);

}  // namespace anchor::registryd
