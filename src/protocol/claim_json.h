// SPDX-License-Identifier: Apache-2.0
#pragma once

// Claims as they travel: {"name": {"type": …, "value": …, "age": ms, "source": …}}; an unknown one has "unknown" in place
// of a value.

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/core/claim.h>

namespace anchor::protocol {

/// Never more than claims_from_json() takes and a message holds: where they would be more, the largest become unknown, and where even
/// that is too much, they are left out.
[[nodiscard]] Json claims_to_json(const Claims& claims, SteadyTime now);
[[nodiscard]] Result<Claims> claims_from_json(const Json& json, SteadyTime now);

}  // namespace anchor::protocol
