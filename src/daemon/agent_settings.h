// SPDX-License-Identifier: Apache-2.0
#pragma once

// From configuration to what the agent is told: reads the files that the configuration names, and checks them in full. They are the
// operator's; each error names its file.

#include <anchor/agent/parts.h>

#include "config.h"

namespace anchor::daemon {

/// Denied or Rejected: a claim bundle or local policy that is not right. A claim bundle that is not there is no error: it may go
/// after the enrolment.
[[nodiscard]] Result<agent::AgentSettings> agent_settings(const DaemonConfig& config);

/// The unsigned policies of the folder, in the order of their names, each without a mistake; none where there is no folder.
/// They only tighten, so at the start, where there is no earlier state of them, one that cannot be used is an error and never left out.
[[nodiscard]] Result<std::vector<std::string>> read_local_policies(const std::string& folder);

}  // namespace anchor::daemon
