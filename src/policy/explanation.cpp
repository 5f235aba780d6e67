// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/explanation.h>

#include <algorithm>

#include "verdict.h"

namespace anchor::policy {
namespace {

const Policy* find_policy(const PolicySet& policies, std::string_view name) {
    for (const PolicyInForce& each : policies.policies()) {
        if (each.policy->name == name) return each.policy.get();
    }
    return nullptr;
}

std::string condition_of(const PolicySet& policies, const Finding& finding) {
    const Policy* policy = find_policy(policies, finding.policy);
    if (policy == nullptr) return {};
    const auto rule = std::ranges::find(policy->rules, finding.rule, &Rule::id);
    return rule == policy->rules.end() ? std::string() : rule->require;
}

// The risk at which a policy no longer allows this level; 101 where none is too high.
int threshold_of(const Policy& policy, Level wanted) {
    if (wanted < Level::Restricted) return std::min(policy.levels.restricted_at_risk, policy.levels.quarantined_at_risk);
    return wanted < Level::Quarantined ? policy.levels.quarantined_at_risk : 101;
}

int risk_in(const Policy& policy, const Decision& decision) {
    int risk = 0;
    for (const Finding& finding : decision.findings) risk += finding.policy == policy.name ? finding.risk : 0;
    return std::min(risk, 100);
}

std::string text_of(const Obstacle& obstacle) {
    const Finding& finding = obstacle.finding;
    std::string out = "- " + finding.policy + "/" + finding.rule + (finding.unknown ? " is unknown" : " does not hold") + ": " +
                      std::string(to_string(finding.tier)) + " about " + std::string(to_string(finding.about));
    if (finding.risk > 0) out += ", risk " + std::to_string(finding.risk);
    out += "\n  " + finding.because + "\n";
    for (const FindingInput& input : finding.inputs) out += "  " + input.claim + " = " + input.value + "\n";
    out += "  must hold: " + obstacle.require + "\n";
    if (finding.controls.empty()) return out;
    out += "  for: ";
    for (std::size_t i = 0; i < finding.controls.size(); ++i) out += (i == 0 ? "" : ", ") + finding.controls[i];
    return out + "\n";
}

}  // namespace

Explanation explain(const PolicySet& policies, const Decision& decision, Level wanted) {
    Explanation out{decision.level, wanted, decision.risk, {}, {}};
    if (decision.level <= wanted) return out;
    for (const PolicyInForce& each : policies.policies()) {
        const int risk = risk_in(*each.policy, decision);
        const int threshold = threshold_of(*each.policy, wanted);
        if (risk < threshold) continue;
        out.risk_notes.push_back("the rules of " + each.policy->name + " that don't pass add up to risk " + std::to_string(risk) +
                                 ", which must be below " + std::to_string(threshold));
    }
    const auto weighs = [&](const Finding& finding) {
        const Policy* policy = find_policy(policies, finding.policy);
        return finding.risk > 0 && policy != nullptr && risk_in(*policy, decision) >= threshold_of(*policy, wanted);
    };
    for (const Finding& finding : decision.findings) {
        const Level alone = level_of(finding.tier);
        if (alone <= wanted && !weighs(finding)) continue;
        out.obstacles.push_back({finding, condition_of(policies, finding), alone});
    }
    return out;
}

std::string to_text(const Explanation& explanation) {
    std::string out = "level " + std::string(to_string(explanation.level)) + ", risk " + std::to_string(explanation.risk) + "\n";
    if (explanation.level <= explanation.wanted)
        return out + "nothing stands between this device and " + std::string(to_string(explanation.wanted)) + "\n";
    if (explanation.obstacles.empty() && explanation.risk_notes.empty()) return out + "no policy is in force\n";
    out += "for " + std::string(to_string(explanation.wanted)) + " this has to change:\n";
    for (const Obstacle& obstacle : explanation.obstacles) out += text_of(obstacle);
    for (const std::string& note : explanation.risk_notes) out += "- " + note + "\n";
    return out;
}

}  // namespace anchor::policy
