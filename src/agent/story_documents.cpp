// SPDX-License-Identifier: Apache-2.0
// What the owner says in signed documents: asked for, received or brought by hand, let through the gate, saved, and put in force.
#include <algorithm>

#include <anchor/protocol/signing.h>

#include "story.h"

namespace anchor::agent {

using protocol::DocumentKind;

namespace {
constexpr Milliseconds kLastWord{5'000};
}

void Agent::Story::ask_for_standing() {
    ask(protocol::verb::kStandingGet, Json::object(), [this](Result<Answer> answer) {
        if (!answer) note(Severity::Warning, "standing: " + answer.error().what);
        if (!answer && answer.error().kind == ErrorKind::Stale) return slot_refused(answer.error());
        if (!answer) return;
        slot_answered();
        prove_time(answer->issued);
        const auto text = json_string(answer->body, "standing");
        auto taken = text ? accept(*text, DocumentKind::Standing) : Result<void>(text.error());
        if (const auto says = take_fresh(answer->fresh, answer->issued, taken.has_value())) give_back(*says);
        if (taken) return;
        note(Severity::Warning, "standing is refused: " + taken.error().what);
        if (!text || !forgotten_in(*text)) return;
        give_back("standing", [this](bool taken_back) {
            if (taken_back) ask_for_standing();
        });
    });
}

Result<void> Agent::Story::import(std::string_view text) {
    if (is_list(text)) return import_lists(text);
    ANCHOR_ASSIGN_OR_RETURN(const DocumentKind kind, protocol::document_kind_of(text));
    return accept(text, kind);
}

Result<void> Agent::Story::accept(std::string_view text, DocumentKind kind) {
    if (!state_.anchors || !state_.identity) return unavailable("this device has not enrolled yet");
    if (kind == DocumentKind::Anchors) return accept_anchors(text);
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, trust::Gate(*state_.anchors).accept(text, kind, recipient()));
    return take(verified);
}

Result<void> Agent::Story::take(const trust::VerifiedDocument& verified) {
    const protocol::Document& document = verified.document();
    const std::string key = trust::floor_key(document);
    switch (document.kind) {
        case DocumentKind::Fresh: take_fresh(verified.text(), std::nullopt); return {};
        case DocumentKind::Result: {
            ANCHOR_ASSIGN_OR_RETURN(const auto result, protocol::attestation_result_from(document.body));
            if (!document.not_after) return rejected("an attestation result without an end");
            state_.floors[key] = document.version;
            result_at_ = parts_.clock.steady();
            apply(trust::RegistryJudged{{result.level, *document.not_after}});
            return {};
        }
        case DocumentKind::Standing: {
            ANCHOR_ASSIGN_OR_RETURN(const Standing standing, protocol::standing_from(document.version, document.body));
            const bool news = standing.number > state_.trust.standing_number;
            state_.floors[key] = document.version;
            state_.documents[key] = verified.text();
            read_standing(verified);
            const bool moved = std::exchange(state_.group, standing.group) != standing.group;
            if (news) audit("standing", {{"number", std::to_string(standing.number)}, {"status", std::string(to_string(standing.status))}});
            apply(trust::StandingArrived{standing});
            // The registry has heard the farewell, whether its answer comes or not.
            if (is_revoked() && !state_.leaving.empty()) {
                leave();
                return {};
            }
            if (enrollment_) return {};  // heard on the way to a new identity
            if (unsaved_ && is_revoked()) withhold_credentials();
            // The last that a revoked device says with its own key. What could not be saved is not acknowledged.
            if (!unsaved_) {
                ask(
                    protocol::verb::kStandingAck, {{"number", standing.number}},
                    [this](const Result<Answer>&) {
                        if (is_revoked() && !stopped_) withhold_credentials();
                    },
                    Proof::OfReply, kLastWord);
            }
            if (moved) {
                use_documents();
                connect();  // other topics from now on
            } else {
                ask_for_wanted(standing);
            }
            return {};
        }
        case DocumentKind::Policy:
        case DocumentKind::Reference: {
            if (is_known(verified)) return {};
            bool waits = false;
            if (document.kind == DocumentKind::Policy) {
                // A policy that cannot be read never takes the place of one that can.
                if (const auto policy = policy::parse_policy(canonical_json(document.body)); !policy) return policy.error().within(key);
            } else if (const auto reference = measure::reference_values_from(document.body); !reference) {
                return reference.error().within(key);
            } else {
                waits = has_to_wait(key, reference->ima);
            }
            DeviceState before{.floors = state_.floors, .documents = state_.documents, .waiting = state_.waiting};
            state_.floors[key] = document.version;
            state_.waiting.erase(key);
            (waits ? state_.waiting : state_.documents)[key] = verified.text();
            if (auto saved = save(SaveKind::Floor); !saved) {
                state_.floors = std::move(before.floors);
                state_.documents = std::move(before.documents);
                state_.waiting = std::move(before.waiting);
                return saved;
            }
            if (waits) {
                note(Severity::Info, key + " version " + std::to_string(document.version) + " waits for the table that it names");
                try_waiting();
                return {};
            }
            note(Severity::Info, key + " version " + std::to_string(document.version) + " is in force");
            audit("document", {{"name", key}, {"version", std::to_string(document.version)}});
            use_documents();
            settle_fresh();
            tick();
            return {};
        }
        case DocumentKind::Revocations: return take_manifest(verified);
        case DocumentKind::Reinstatement: return take_reinstatement(document);
        case DocumentKind::Departure: return take_departure(verified);
        case DocumentKind::Reply:
        case DocumentKind::Anchors:
        case DocumentKind::Approval: break;
    }
    return rejected("this device does nothing with " + std::string(to_string(document.kind)) + " documents");
}

// What was taken already, and what is older than that: of two with one number, which a registry that was restored may come to sign, the
// later one counts, in whatever order a broker brings them.
bool Agent::Story::is_known(const trust::VerifiedDocument& verified) const {
    const std::string* const known = newest_of(trust::floor_key(verified.document()));
    if (known == nullptr) return false;
    if (*known == verified.text()) return true;
    const auto before = stored(*known, verified.document().kind);
    return before && before->document().version == verified.document().version && before->document().issued >= verified.document().issued;
}

void Agent::Story::ask_for_wanted(const Standing& standing) {
    for (const auto& [key, version] : standing.wanted) {
        const auto floor = state_.floors.find(key);
        if (floor != state_.floors.end() && floor->second >= version) continue;
        ask_for_document(key);
    }
}

// Verified anew, but not for expiry: an expired policy stays in force, and never loosens. Nor by the floors, which may be those of a
// newer one that waits; that the state is not an old one is for the store to see.
Result<trust::VerifiedDocument> Agent::Story::stored(std::string_view text, DocumentKind kind) const {
    static const trust::Floors kNoFloors;
    const trust::Recipient now = recipient();
    return trust::Gate(*state_.anchors).accept(text, kind, {now.tenant, now.group, now.device, kNoFloors, WallTime{}});
}

// Puts what is stored in force.
void Agent::Story::use_documents() {
    reference_.reset();
    order_.reset();
    for (const auto& [key, text] : state_.documents) {
        if (!state_.anchors || !state_.identity) continue;
        if (key.starts_with("standing")) {
            const auto standing = stored(text, DocumentKind::Standing);
            if (standing) read_standing(*standing);
        }
        if (!key.starts_with("reference")) continue;
        const auto verified = stored(text, DocumentKind::Reference);
        auto reference =
            verified ? measure::reference_values_from(verified->document().body) : Result<measure::ReferenceValues>(verified.error());
        if (reference)
            reference_ = std::move(reference).value();
        else
            note(Severity::Error, key + " is no longer in force: " + reference.error().what);
    }
    use_ima_reference();
    use_policies();
}

void Agent::Story::use_policies() {
    std::vector<policy::PolicyInForce> policies;
    for (const auto& [key, text] : state_.documents) {
        if (!key.starts_with("policy") || !state_.anchors || !state_.identity) continue;
        const auto verified = stored(text, DocumentKind::Policy);
        auto parsed = verified ? policy::parse_policy(canonical_json(verified->document().body)) : Result<policy::Policy>(verified.error());
        if (parsed)
            policies.push_back({std::make_shared<const policy::Policy>(std::move(parsed).value()), policy::Origin::Signed});
        else
            note(Severity::Error, key + " is no longer in force: " + parsed.error().what);
    }
    for (const std::string& text : settings_.local_policies) {
        auto parsed = policy::parse_policy(text);
        if (parsed)
            policies.push_back({std::make_shared<const policy::Policy>(std::move(parsed).value()), policy::Origin::Local});
        else
            note(Severity::Error, "local policy is refused: " + parsed.error().what);
    }
    evaluator_ = policy::Evaluator(policy::PolicySet(std::move(policies)));
    if (parts_.policies_changed) parts_.policies_changed(evaluator_.policies());
    enforce_what_closes();
}

void Agent::Story::use_local_policies(std::vector<std::string> texts) {
    settings_.local_policies = std::move(texts);
    if (!loaded_) return;  // they are part of what load() puts in force
    use_policies();
    tick();
}

}  // namespace anchor::agent
