// SPDX-License-Identifier: Apache-2.0
#pragma once

// From configuration to what the agent is told: reads the files that the configuration names, and checks them in full. They are the
// operator's; each error names its file.

#include <anchor/agent/parts.h>

#include "config.h"

namespace anchor::daemon {

/// Denied or Rejected: a claim bundle that is not right. One that is not there is no error: it may go after the enrolment. Nor is a local
/// policy that cannot be used, see LocalPolicies: a device without its daemon is worse off.
[[nodiscard]] Result<agent::AgentSettings> agent_settings(const DaemonConfig& config);

/// For --check-config. Rejected, with all that is wrong in the folder of policies.
[[nodiscard]] Result<void> check_local_policies(const std::string& folder);

}  // namespace anchor::daemon
