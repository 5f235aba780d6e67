// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a level is what it is, and what would have to change: of this device, or of claims that somebody wrote down.

#include <iosfwd>
#include <string>
#include <vector>

#include <anchor/base/result.h>

#include "agent_commands.h"

namespace anchor::cli {

struct ExplainOptions {
    std::vector<std::string> policies;  ///< none: those in force on this device
    std::string claims;                 ///< file of claims for them
    std::string level = "trusted";      ///< the level that is wanted
    bool json = false;
};

/// What is wrong with the name of a level; empty where nothing is.
[[nodiscard]] std::string complaint_about_level(const std::string& level);

/// The rules that keep the wanted level away, with claims, values and conditions.
[[nodiscard]] Result<int> explain_level(const AgentAccess& agent, const ExplainOptions& options, std::ostream& out);

}  // namespace anchor::cli
