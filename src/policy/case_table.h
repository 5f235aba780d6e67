// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table of golden cases, read and checked against the policies that it is about.

#include <optional>
#include <string>
#include <vector>

#include <anchor/core/claim.h>
#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// How cases call a rule: by its id, with the policy before it where that is not the first.
[[nodiscard]] std::string rule_name(const PolicySet& policies, const std::string& policy, const std::string& rule);

/// What the author wants; what is not said is not compared. Rules as rule_name() calls them.
struct Wish {
    std::optional<Level> level;
    std::optional<std::vector<std::string>> rules;    ///< all that don't pass, in any order
    std::optional<std::vector<std::string>> unknown;  ///< those of them that could not be judged
    std::optional<std::vector<std::string>> access;   ///< all that is open
    std::optional<std::vector<std::string>> respond;
    std::optional<int> risk;
};

struct Case {
    std::string name;
    Claims claims;  ///< those of the table, changed as the case says; observed before kCaseTime by their age
    Wish wish;
};

/// When all cases happen.
inline constexpr SteadyTime kCaseTime{std::chrono::hours{24 * 365 * 30}};

/// Rejected with the first mistake and its place; `mistakes`, where given, gets all of them.
[[nodiscard]] Result<std::vector<Case>> parse_cases(const PolicySet& policies, std::string_view text, std::vector<Mistake>* mistakes);

}  // namespace anchor::policy
