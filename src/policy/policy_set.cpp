// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/policy_set.h>

#include <algorithm>
#include <set>

namespace anchor::policy {

LevelRules PolicySet::level_rules(WallTime now) const {
    LevelRules rules;
    bool is_vouched_for = false;
    bool has_expired = false;
    for (const auto& [policy, origin] : policies_) {
        rules.recover_after = std::max(rules.recover_after, policy->levels.recover_after);
        rules.recovery = std::max(rules.recovery, policy->levels.recovery);
        is_vouched_for = is_vouched_for || origin == Origin::Signed;
        has_expired = has_expired || (policy->not_after && now >= *policy->not_after);
    }
    rules.may_loosen = is_vouched_for && !has_expired;
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
