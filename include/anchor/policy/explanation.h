// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a device has the level that it has, and what would have to change: for operators, in words.

#include <string>
#include <vector>

#include <anchor/core/decision.h>
#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// One thing that keeps a better level away.
struct Obstacle {
    Finding finding;
    std::string require;                 ///< the condition that has to hold, as the policy writes it
    Level holds_at = Level::Restricted;  ///< what this rule alone amounts to; Trusted where only its risk counts
};

struct Explanation {
    Level level = Level::Unverified;  ///< what the decision amounts to
    Level wanted = Level::Trusted;
    int risk = 0;
    std::vector<Obstacle> obstacles;      ///< in the order of the decision
    std::vector<std::string> risk_notes;  ///< policies whose sum of risks keeps the level away, in words
};

/// What keeps the decision from `wanted`. Empty obstacles and notes where it is as good already.
[[nodiscard]] Explanation explain(const PolicySet& policies, const Decision& decision, Level wanted = Level::Trusted);
/// The same as lines of text.
[[nodiscard]] std::string to_text(const Explanation& explanation);

}  // namespace anchor::policy
