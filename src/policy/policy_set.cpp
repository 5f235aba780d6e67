// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/policy_set.h>

#include <algorithm>
#include <set>

namespace anchor::policy {

LevelRules PolicySet::level_rules(WallTime now) const {
    LevelRules rules;
    bool is_vouched_for = false;
    for (const auto& [policy, origin] : policies_) {
        if (policy->levels.recover_after > rules.recover_after) rules.waited_for_by = policy->name;
        if (policy->levels.recovery > rules.recovery) rules.registry_by = policy->name;
        rules.recover_after = std::max(rules.recover_after, policy->levels.recover_after);
        rules.recovery = std::max(rules.recovery, policy->levels.recovery);
        is_vouched_for = is_vouched_for || origin == Origin::Signed;
        const bool has_expired = policy->not_after && now >= *policy->not_after;
        if (has_expired && rules.held_by.empty()) rules.held_by = "the policy " + policy->name + " has expired";
    }
    if (!is_vouched_for) rules.held_by = "no policy in force is signed";
    rules.may_loosen = rules.held_by.empty();
    return rules;
}

bool PolicySet::opens(std::string_view name, Level level) const {
    if (level == Level::Revoked) return false;
    bool is_open = false;
    for (const auto& [policy, origin] : policies_) {
        const auto entry = policy->access.find(std::string(name));
        if (entry == policy->access.end()) continue;
        if (level > entry->second) return false;
        is_open = is_open || origin == Origin::Signed;
    }
    return is_open;
}

Enforcement PolicySet::enforcement(Level level) const {
    std::set<std::string> open;
    std::set<std::string> responses;
    for (const PolicyInForce& each : policies_) {
        for (const auto& [name, worst] : each.policy->access) {
            if (opens(name, level)) open.insert(name);
        }
        for (const auto& [from, wanted] : each.policy->respond) {
            if (level >= from) responses.insert(wanted.begin(), wanted.end());
        }
    }
    return {level, {open.begin(), open.end()}, {responses.begin(), responses.end()}};
}

}  // namespace anchor::policy
