// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of `anchorctl policy`.

#include <CLI/CLI.hpp>

#include "action.h"
#include "agent_commands.h"

namespace anchor::cli {

/// Adds the commands; the one that is chosen becomes `action`. All three outlive the reading and the action.
void add_policy_commands(CLI::App& app, const AgentAccess& agent, Action& action);

}  // namespace anchor::cli
