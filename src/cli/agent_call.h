// SPDX-License-Identifier: Apache-2.0
#pragma once

// One call of the running daemon, with errors that say what the user can do about them.

#include <anchor/control/client.h>

#include "agent_commands.h"

namespace anchor::cli {

/// Errors keep their errno: exit_code_of() tells the way from the answer.
[[nodiscard]] Result<control::Client> connect_to(const AgentAccess& agent);
[[nodiscard]] Result<Json> call_agent(const AgentAccess& agent, std::string_view method, const Json& parameters);

}  // namespace anchor::cli
