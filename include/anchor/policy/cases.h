// SPDX-License-Identifier: Apache-2.0
#pragma once

// Golden cases of a policy: claims as data, and the decision that its author wants. Author's side of the trust border.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/policy/policy.h>
#include <anchor/policy/policy_set.h>

namespace anchor::policy {

/// What one case turned out to be.
struct CaseResult {
    std::string name;
    std::vector<std::string> problems;  ///< "level: wanted trusted, got restricted"; empty where it passed
};

/// How a rule was seen over all cases.
struct RuleCoverage {
    std::string rule;
    bool passed = false;
    bool failed = false;
    bool unknown = false;
};

struct CaseReport {
    std::vector<CaseResult> results;
    std::vector<RuleCoverage> coverage;  ///< in the order of the policy
    [[nodiscard]] bool passed() const noexcept;
};

/// Runs a table of cases (docs/policy-guide.md has its form) in their order, each on a new evaluator and on one that has
/// seen all cases before it; both must agree. Rejected, with line and column, where the table itself is wrong.
[[nodiscard]] Result<CaseReport> run_cases(const Policy& policy, std::string_view table);

}  // namespace anchor::policy
