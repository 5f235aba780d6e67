// SPDX-License-Identifier: Apache-2.0
#include "enrollment_rules.h"

#include <algorithm>

#include <anchor/crypto/hash.h>

#include "endorsement_check.h"

namespace anchor::registry {
namespace {

bool has(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

Result<bool> stands_on(const std::vector<std::string>& lists, const Endorsement& endorsement, Store& store) {
    ANCHOR_ASSIGN_OR_RETURN(const auto digests, listed_as(endorsement));
    for (const Bytes& digest : digests) {
        ANCHOR_ASSIGN_OR_RETURN(const auto list, store.list_of(digest));
        if (list && has(lists, *list)) return true;
    }
    return false;
}

Result<bool> leads_to(const std::vector<Bytes>& wanted, const Endorsement& endorsement, Store& store, WallTime now) {
    if (wanted.empty() || endorsement.certificate.empty()) return false;
    ANCHOR_ASSIGN_OR_RETURN(auto roots, store.roots());
    std::erase_if(roots, [&](const Bytes& root) {
        return std::ranges::find(wanted, to_bytes(crypto::hash(HashAlg::Sha256, root).view())) == wanted.end();
    });
    return check_maker(endorsement, roots, now).has_value();
}

Result<bool> fits(const EnrollmentRule& rule, const protocol::EnrollBegin& begin, std::string_view claim, Store& store, WallTime now) {
    if (!rule.batches.empty() && !has(rule.batches, claim)) return false;
    if (rule.roots.empty() && rule.lists.empty()) return true;
    if (!begin.endorsement) return false;
    ANCHOR_ASSIGN_OR_RETURN(const bool listed, stands_on(rule.lists, *begin.endorsement, store));
    if (listed) return true;
    return leads_to(rule.roots, *begin.endorsement, store, now);
}

}  // namespace

Result<const EnrollmentRule*> rule_for(const protocol::EnrollBegin& begin, std::string_view claim, const Settings& settings, Store& store,
                                       WallTime now) {
    const EnrollmentRule* none = nullptr;
    if (settings.rules.empty()) return none;
    for (const EnrollmentRule& rule : settings.rules) {
        ANCHOR_ASSIGN_OR_RETURN(const bool it_is, fits(rule, begin, claim, store, now));
        if (it_is) return &rule;
    }
    return denied("no rule of this registry lets this device enrol with claim \"" + std::string(claim) + "\"");
}

std::string issuing_of(std::string_view group, const Settings& settings) {
    const auto rule = std::ranges::find(settings.rules, group, &EnrollmentRule::group);
    return rule == settings.rules.end() ? std::string() : rule->issuing;
}

}  // namespace anchor::registry
