// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include <nlohmann/json.hpp>

#include <anchor/crypto/certificate.h>
#include <anchor/policy/explanation_json.h>

namespace anchor::agent {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }

Json certificate_json(const std::vector<Bytes>& chain) {
    if (chain.empty()) return nullptr;
    const auto own = crypto::Certificate::from_der(chain.front());
    if (!own) return nullptr;
    return {{"subject", own->subject()},
            {"serial", own->serial_text()},
            {"not_before", to_rfc3339(own->not_before())},
            {"not_after", to_rfc3339(own->not_after())}};
}

// A claim as JSON, null where it is unknown.
Json claim_json(const Claims& claims, std::string_view name) {
    const Claim* const claim = claims.find(name);
    if (claim == nullptr) return nullptr;
    if (const auto* flag = std::get_if<bool>(&claim->value)) return *flag;
    if (const auto* number = std::get_if<std::int64_t>(&claim->value)) return *number;
    if (const auto* text = std::get_if<std::string>(&claim->value)) return *text;
    return nullptr;
}

Json findings_json(const Decision& decision) {
    Json findings = Json::array();
    for (const Finding& finding : decision.findings) findings.push_back(protocol::to_json(finding));
    return findings;
}

Json policies_json(const policy::PolicySet& policies) {
    Json list = Json::array();
    for (const auto& in_force : policies.policies())
        list.push_back({{"name", in_force.policy->name}, {"version", in_force.policy->version}});
    return list;
}

}  // namespace

Json Agent::Story::decision(Level wanted) const {
    return {{"level", to_string(decision_.level)},
            {"in_force", to_string(state_.trust.level)},
            {"because", trust::reason_of(state_.trust)},
            {"risk", decision_.risk},
            {"findings", findings_json(decision_)},
            {"policies", policies_json(evaluator_.policies())},
            {"explanation", policy::to_json(policy::explain(evaluator_.policies(), decision_, wanted), protocol::to_json)}};
}

Json Agent::Story::status() const {
    const TrustState& trust = state_.trust;
    Json registry = nullptr;
    if (trust.registry) registry = {{"level", to_string(trust.registry->level)}, {"expires", to_rfc3339(trust.registry->expires)}};
    Json tpm = nullptr;
    if (claim_json(claims_, "tpm.present") == true) {
        tpm = {{"present", true},
               {"manufacturer", claim_json(claims_, "tpm.manufacturer")},
               {"firmware", claim_json(claims_, "tpm.firmware_version")},
               {"in_lockout", claim_json(claims_, "tpm.in_lockout")},
               {"lockout_counter", claim_json(claims_, "tpm.lockout_counter")}};
    }
    Json identity = {{"device", nullptr},         {"tenant", nullptr},      {"enrolled", state_.identity.has_value()},
                     {"hardware_bound", nullptr}, {"certificate", nullptr}, {"rotation", nullptr},
                     {"departure", nullptr}};
    if (state_.destination || state_.retired || !state_.leaving.empty()) {
        identity["departure"] = {{"to", state_.destination ? Json(state_.destination->tenant) : Json()}, {"done", state_.leaving.empty()}};
    }
    if (state_.identity) {
        identity["device"] = state_.identity->device.text();
        identity["tenant"] = state_.identity->tenant;
        identity["certificate"] = certificate_json(in_use().certificates);
        if (const auto at = rotation_time()) {
            identity["rotation"] = {{"at", to_rfc3339(*at)},
                                    {"due", rotation_due()},
                                    {"on_trial", state_.identity->next.has_value()},
                                    {"last_error", text_or_null(rotation_error_)}};
        }
    } else if (enrollment_) {
        identity["device"] = enrollment_->device().text();
    }
    if (keyring_) identity["hardware_bound"] = keyring_->forge->hardware_bound();
    const std::string broker = state_.identity    ? state_.identity->broker_host + ":" + std::to_string(state_.identity->broker_port)
                               : settings_.bundle ? settings_.bundle->host + ":" + std::to_string(settings_.bundle->port)
                                                  : "";
    Json attestation = nullptr;
    if (last_attested_ || !attestation_outcome_.empty()) {
        attestation = {{"last", time_or_null(last_attested_)}, {"result", text_or_null(attestation_outcome_)}};
    }
    Json standing = {{"status", to_string(trust.standing)}, {"number", trust.standing_number}, {"reason", nullptr}};
    if (trust.standing != StandingStatus::Active) standing["reason"] = text_or_null(owners_reason_);
    return {
        {"level", to_string(trust.level)},
        {"because", trust::reason_of(trust)},
        {"since", to_rfc3339(since_wall_)},
        {"local_level", to_string(trust.local)},
        {"registry", registry},
        {"standing", standing},
        {"findings", findings_json(decision_)},
        {"risk", decision_.risk},
        {"identity", identity},
        {"tpm", tpm},
        {"connection",
         {{"connected", connected_},
          {"broker", text_or_null(broker)},
          {"since", time_or_null(connected_since_)},
          {"last_error", text_or_null(connection_error_)}}},
        {"attestation", attestation},
        {"policies", policies_json(evaluator_.policies())},
        {"waiting", waiting_json()},
    };
}

}  // namespace anchor::agent
