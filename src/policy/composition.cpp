// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/composition.h>

#include <map>
#include <set>

#include "fields.h"

namespace anchor::policy {
namespace {

struct Declaration {
    const Policy* policy;
    const DeclaredClaim* claim;
};

void compare(const std::string& name, const Declaration& first, const Declaration& second, std::vector<std::string>& conflicts) {
    const auto say = [&](std::string_view what, std::string_view a, std::string_view b) {
        conflicts.push_back("the claim " + in_quotes(name) + " has the " + std::string(what) + " " + std::string(a) + " in " +
                            in_quotes(first.policy->name) + " and " + std::string(b) + " in " + in_quotes(second.policy->name) +
                            ": one of them will never know it");
    };
    if (first.claim->type != second.claim->type) say("type", to_string(first.claim->type), to_string(second.claim->type));
    if (first.claim->from != second.claim->from) say("source", in_quotes(first.claim->from), in_quotes(second.claim->from));
}

}  // namespace

std::vector<std::string> conflicts(const PolicySet& policies) {
    std::vector<std::string> found;
    std::set<std::string_view> names;
    std::map<std::string_view, Declaration> declared;
    for (const PolicyInForce& each : policies.policies()) {
        const Policy& policy = *each.policy;
        if (!names.insert(policy.name).second)
            found.push_back("two policies are called " + in_quotes(policy.name) + ": findings could not tell them apart");
        for (const auto& [name, claim] : policy.claims) {
            const Declaration here{&policy, &claim};
            const auto [before, is_new] = declared.try_emplace(name, here);
            if (!is_new) compare(name, before->second, here, found);
        }
    }
    return found;
}

}  // namespace anchor::policy
