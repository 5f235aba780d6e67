// SPDX-License-Identifier: Apache-2.0
#pragma once

// PolicyJudge: judges by the same signed policy that the devices of a group have, on claims that the Verifier has proven or
// marked. What lies in the store counts only as far as the authority's keys vouch for it.

#include <map>
#include <string>

#include <anchor/policy/evaluator.h>
#include <anchor/registry/authority.h>
#include <anchor/registry/judge.h>

namespace anchor::registry {

class PolicyJudge final : public Judge {
public:
    /// All must outlive it. `without_policy` judges the groups that have no policy at all, and no others.
    PolicyJudge(const Settings& settings, Store& store, const Authority& authority, Judge& without_policy)
        : settings_(settings), store_(store), authority_(authority), without_policy_(without_policy) {}

    /// By the newest policy of the group, an expired one too: it judges as before, and devices know that it no longer loosens.
    /// A policy that is there but can't be used (nobody vouches for it, older than the one before, unreadable) gives Unverified
    /// and says why: whoever can spoil it must not get a judgement without it.
    [[nodiscard]] Result<Decision> judge(const Claims& claims, std::string_view group, SteadyTime now) override;

private:
    // What a group's policy was made of, and the policy.
    struct InForce {
        std::string document;
        std::string anchors;
        std::uint64_t version = 0;
        policy::Evaluator evaluator;
    };

    [[nodiscard]] Result<InForce*> use(const StoredDocument& stored, std::string_view group);

    const Settings& settings_;
    Store& store_;
    const Authority& authority_;
    Judge& without_policy_;
    std::map<std::string, InForce, std::less<>> in_force_;
};

}  // namespace anchor::registry
