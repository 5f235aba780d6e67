// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of `anchorctl reference`, and of `anchorctl log explain`, which needs reference values too.

#include <CLI/CLI.hpp>

#include "action.h"
#include "agent_commands.h"

namespace anchor::cli {

/// Add the commands; the one that is chosen becomes `action`, which outlives the reading.
void add_reference_commands(CLI::App& app, const AgentAccess& agent, Action& action);
void add_log_explain(CLI::App& log, Action& action);

}  // namespace anchor::cli
