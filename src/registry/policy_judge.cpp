// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/policy_judge.h>

#include <anchor/trust/gate.h>

namespace anchor::registry {
namespace {

using protocol::DocumentKind;

Decision cannot_judge(std::string_view group, const Error& why) {
    Finding finding{.policy = std::string(group), .rule = "policy-in-force", .unknown = true};
    finding.because = "The group's policy can't be used: " + why.what + ".";
    Decision decision;
    decision.findings.push_back(std::move(finding));
    return decision;
}

}  // namespace

Result<Decision> PolicyJudge::judge(const Claims& claims, std::string_view group, SteadyTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const auto stored, store_.document(DocumentKind::Policy, group, 0));
    // One that was in force and is gone is no reason to judge by less.
    if (!stored && in_force_.contains(group)) return cannot_judge(group, rejected("it is no longer in the store"));
    if (!stored) return without_policy_.judge(claims, group, now);
    const auto in_force = use(*stored, group);
    if (!in_force) return cannot_judge(group, in_force.error());
    return (*in_force)->evaluator.evaluate(claims, now);
}

// Verified and read once for each document and trust-anchor set; comparing their texts is cheaper than either.
Result<PolicyJudge::InForce*> PolicyJudge::use(const StoredDocument& stored, std::string_view group) {
    const auto known = in_force_.find(group);
    const bool is_known = known != in_force_.end();
    if (is_known && known->second.document == stored.text && known->second.anchors == authority_.anchors_document()) return &known->second;
    trust::Floors floors;
    if (is_known) floors["policy/" + std::string(group)] = known->second.version;
    // The beginning of time: an expired policy is judged by until there is a newer one.
    const trust::Recipient reader{settings_.tenant, group, nullptr, floors, WallTime{}};
    const trust::Gate gate(authority_.anchors());
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, gate.accept(stored.text, DocumentKind::Policy, reader));
    ANCHOR_ASSIGN_OR_RETURN(auto parsed, policy::parse_policy(canonical_json(verified.document().body)));
    policy::PolicySet policies({{std::make_shared<const policy::Policy>(std::move(parsed)), policy::Origin::Signed}});
    InForce fresh{stored.text, authority_.anchors_document(), verified.document().version, policy::Evaluator(std::move(policies))};
    return &in_force_.insert_or_assign(std::string(group), std::move(fresh)).first->second;
}

}  // namespace anchor::registry
