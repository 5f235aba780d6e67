// SPDX-License-Identifier: Apache-2.0
#pragma once

// Claims as they travel: {"name": {"type": …, "value": …, "age": ms, "source": …}}; an unknown one has "unknown" in place
// of a value.

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/core/claim.h>

namespace anchor::protocol {

[[nodiscard]] Json claims_to_json(const Claims& claims, SteadyTime now);
[[nodiscard]] Result<Claims> claims_from_json(const Json& json, SteadyTime now);

}  // namespace anchor::protocol
