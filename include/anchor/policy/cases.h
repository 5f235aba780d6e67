// SPDX-License-Identifier: Apache-2.0
#pragma once

// Golden cases of a policy: claims as data, and the decision that its author wants. Author's side of the trust border.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/core/claim.h>
#include <anchor/core/decision.h>
#include <anchor/policy/policy.h>
#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// What one case turned out to be.
struct CaseResult {
    std::string name;
    std::vector<std::string> problems;  ///< "level: wanted trusted, got restricted"; empty where it passed
    Decision decision;                  ///< what the policy made of it
};

/// How a rule was seen over all cases.
struct RuleCoverage {
    std::string rule;  ///< its id; "policy/id" of a policy beside the one that the cases are for
    bool passed = false;
    bool failed = false;
    bool unknown = false;
};

struct CaseReport {
    std::vector<CaseResult> results;
    std::vector<RuleCoverage> coverage;  ///< in the order of the policies
    [[nodiscard]] bool passed() const noexcept;
};

/// Runs a table of cases (docs/policy-guide.md has its form) in their order, each on a new evaluator and on one that has
/// seen all cases before it; both must agree. Rejected, with line and column, where the table itself is wrong; `mistakes`, where
/// given, gets all that is wrong with it.
[[nodiscard]] Result<CaseReport> run_cases(const Policy& policy, std::string_view table, std::vector<Mistake>* mistakes = nullptr);
/// The same for several policies in force side by side, as a device composes them. The table is for the first; rules of the others
/// are written "policy/id".
[[nodiscard]] Result<CaseReport> run_cases(const PolicySet& policies, std::string_view table, std::vector<Mistake>* mistakes = nullptr);

/// Claims as a table writes them, alone: {"boot.secure_boot": true, …}. What has no age was observed `now`. Rejected as above.
[[nodiscard]] Result<Claims> claims_from(const PolicySet& policies, std::string_view text, SteadyTime now,
                                         std::vector<Mistake>* mistakes = nullptr);

}  // namespace anchor::policy
