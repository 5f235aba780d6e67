// SPDX-License-Identifier: Apache-2.0
#pragma once

// An explanation as the local API says it: written by the daemon and by offline tools, read by those who ask the daemon. How a
// finding is written belongs to the protocol, which stands beside this module: the caller brings that.

#include <string_view>

#include <anchor/base/json.h>
#include <anchor/base/result.h>
#include <anchor/core/level.h>
#include <anchor/policy/explanation.h>

namespace anchor::policy {

using FindingWriter = Json (*)(const Finding&);
[[nodiscard]] Json to_json(const Explanation& explanation, FindingWriter write_finding);

using FindingReader = Result<Finding> (*)(const Json&);
/// Rejected where something is missing or has another form.
[[nodiscard]] Result<Explanation> explanation_from(const Json& json, FindingReader read_finding);
/// The level under a key of an answer. Rejected where there is none of that name.
[[nodiscard]] Result<Level> level_in(const Json& json, std::string_view key);

}  // namespace anchor::policy
