// SPDX-License-Identifier: Apache-2.0
#pragma once

// StatusView: the agent's status for a person who was woken up by it. The level and why come first. What the status does not
// have is shown as unknown: a view never fails.

#include <string>

#include <anchor/base/json.h>
#include <anchor/base/time.h>

#include "terminal.h"

namespace anchor::cli {

/// The status object of io.anchord.Agent as text, many lines.
[[nodiscard]] std::string view_status(const Json& status, WallTime now, const Painter& paint);
/// A list of findings, two lines each; empty where there are none.
[[nodiscard]] std::string view_findings(const Json& findings, const Painter& paint);

}  // namespace anchor::cli
