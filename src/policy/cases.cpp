// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/cases.h>

#include <algorithm>

#include <anchor/policy/evaluator.h>

#include "case_table.h"

namespace anchor::policy {
namespace {

std::string joined(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out.empty() ? "nothing" : out;
}

class Comparison {
public:
    void texts(std::string_view what, const std::optional<std::vector<std::string>>& wanted, const std::vector<std::string>& got) {
        if (wanted && joined(*wanted) != joined(got)) differ(what, joined(*wanted), joined(got));
    }
    void differ(std::string_view what, std::string_view wanted, std::string_view got) {
        problems_.push_back(std::string(what) + ": wanted " + std::string(wanted) + ", got " + std::string(got));
    }
    [[nodiscard]] std::vector<std::string> take() && { return std::move(problems_); }

private:
    std::vector<std::string> problems_;
};

std::vector<std::string> problems_of(const Wish& wish, const Decision& decision, const PolicySet& policies) {
    Comparison compare;
    if (wish.level && *wish.level != decision.level) compare.differ("level", to_string(*wish.level), to_string(decision.level));
    if (wish.risk && *wish.risk != decision.risk) compare.differ("risk", std::to_string(*wish.risk), std::to_string(decision.risk));
    std::vector<std::string> rules;
    std::vector<std::string> unknown;
    for (const Finding& finding : decision.findings) {
        rules.push_back(rule_name(policies, finding.policy, finding.rule));
        if (finding.unknown) unknown.push_back(rules.back());
    }
    compare.texts("rules that don't pass", wish.rules, rules);
    compare.texts("rules that are unknown", wish.unknown, unknown);
    const Enforcement enforcement = policies.enforcement(decision.level);
    compare.texts("access", wish.access, enforcement.allow);
    compare.texts("responses", wish.respond, enforcement.respond);
    return std::move(compare).take();
}

void cover(const PolicySet& policies, const Decision& decision, std::vector<RuleCoverage>& coverage) {
    const auto name_of = [&](const Finding& finding) { return rule_name(policies, finding.policy, finding.rule); };
    for (RuleCoverage& each : coverage) {
        const auto finding = std::ranges::find(decision.findings, each.rule, name_of);
        if (finding == decision.findings.end())
            each.passed = true;
        else if (finding->unknown)
            each.unknown = true;
        else
            each.failed = true;
    }
}

}  // namespace

bool CaseReport::passed() const noexcept {
    return std::ranges::all_of(results, [](const CaseResult& result) { return result.problems.empty(); });
}

// Cases speak of a policy as it will be in force: signed.
Result<CaseReport> run_cases(const Policy& policy, std::string_view table, std::vector<Mistake>* mistakes) {
    return run_cases(PolicySet({{std::make_shared<const Policy>(policy), Origin::Signed}}), table, mistakes);
}

Result<CaseReport> run_cases(const PolicySet& policies, std::string_view table, std::vector<Mistake>* mistakes) {
    if (policies.empty()) return rejected("there is no policy to judge by");
    ANCHOR_ASSIGN_OR_RETURN(const std::vector<Case> cases, parse_cases(policies, table, mistakes));
    CaseReport report;
    for (const PolicyInForce& each : policies.policies()) {
        for (const Rule& rule : each.policy->rules) report.coverage.push_back({rule_name(policies, each.policy->name, rule.id)});
    }
    Evaluator going_on(policies);
    for (const Case& one : cases) {
        Evaluator fresh(policies);
        const Decision& decision = fresh.evaluate(one.claims, kCaseTime);
        CaseResult result{one.name, problems_of(one.wish, decision, policies), decision};
        if (!(going_on.evaluate(one.claims, kCaseTime) == decision))
            result.problems.emplace_back("the decision depends on the cases before");
        cover(policies, decision, report.coverage);
        report.results.push_back(std::move(result));
    }
    return report;
}

}  // namespace anchor::policy
