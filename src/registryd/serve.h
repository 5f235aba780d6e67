// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry serve: one loop that answers devices until SIGTERM or SIGINT.

#include <string>

#include <anchor/base/result.h>

namespace anchor::registryd {

/// Returns after a clean stop. Errors: what is missing or wrong in the folder.
[[nodiscard]] Result<void> serve(const std::string& folder);

}  // namespace anchor::registryd
