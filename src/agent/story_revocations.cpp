// SPDX-License-Identifier: Apache-2.0

// Being revoked, and knowing who else is. A revoked device keeps its keys, to say what it is, and shows its certificate to nobody; it asks
// now and then whether it has been reinstated, which needs a document by k of n keys and a new key of its own.
#include "story.h"

#include <nlohmann/json.hpp>

#include <anchor/crypto/certificate.h>
#include <anchor/trust/peer.h>

namespace anchor::agent {

using protocol::DocumentKind;

bool Agent::Story::is_revoked() const noexcept { return state_.trust.standing == StandingStatus::Revoked; }

void Agent::Story::withhold_credentials() {
    device_key_.reset();
    if (enrollment_) return;  // with the claim's certificate, not with its own
    parts_.link.stop();
    conversation_.fall_silent();
    connected_ = false;
    connected_since_.reset();
    connection_error_ = "the owner has revoked this device: its certificate is withheld";
    if (parts_.changed) parts_.changed();
}

// Who speaks to a broker that says "revoked" has either missed the owner's word or holds an old certificate. The broker is
// believed neither: the registry is asked, at the enrolment listener.
void Agent::Story::note_refusal(const Error& why) {
    if (refused_as_revoked_ || !settings_.bundle || enrollment_ || why.what.find("certificate_revoked") == std::string::npos) return;
    refused_as_revoked_ = true;
    enroll_at_ = parts_.clock.steady() + kAskAfterRefusal;
    if (parts_.wake_at) parts_.wake_at(enroll_at_);
}

// A device that is known already hears first what the owner says about it.
void Agent::Story::ask_for_standing_with_claim() {
    const StandingStatus before = state_.trust.standing;
    ask(protocol::verb::kStandingGet, Json::object(), [this, before, owner = owner_](const Result<Answer>& answer) {
        const auto text = answer ? json_string(answer->body, "standing") : Result<std::string>(answer.error());
        // Restored from a backup of before, it does not know this device: then it enrols as a stranger does.
        const bool unknown = !text && text.error().kind == ErrorKind::Stale;
        if (unknown && enrollment_ && !is_revoked()) return begin_enrollment();
        if (!text) return give_up_enrollment(text.error());
        const auto taken = accept(*text, DocumentKind::Standing);
        if (owner != owner_) return;  // it was the answer to a farewell, and the device has left
        if (!taken) {
            const auto give_up = [this, why = taken.error()](bool) { give_up_enrollment(why); };
            return forgotten_in(*text) ? give_back("standing", give_up) : give_up(false);
        }
        const StandingStatus status = state_.trust.standing;
        if (status == StandingStatus::Suspended) return give_up_enrollment(denied("the owner has suspended this device"));
        if (status != before && !is_revoked()) return give_up_enrollment(unavailable("the owner has ended the suspension"));
        // Also where it is revoked: the registry enrols it again once it has been reinstated.
        if (enrollment_) begin_enrollment();
    });
}

Result<void> Agent::Story::take_reinstatement(const protocol::Document& document) {
    const bool was_revoked = is_revoked();
    apply(trust::Reinstated{document.version});
    if (!was_revoked || is_revoked()) return {};
    audit("reinstated", {{"number", std::to_string(document.version)}});
    forget_identity(denied("the owner has reinstated it, with a new key"));
    enroll_at_ = parts_.clock.steady();
    if (!settings_.bundle) note(Severity::Error, "to enrol again this device needs a claim bundle");
    tick();
    return {};
}

std::vector<crypto::Certificate> Agent::Story::known_authorities() const {
    std::vector<crypto::Certificate> known;
    const auto add = [&known](const std::vector<Bytes>& ders, std::size_t first) {
        for (std::size_t i = first; i < ders.size(); ++i) {
            if (auto certificate = crypto::Certificate::from_der(ders[i])) known.push_back(std::move(*certificate));
        }
    };
    if (state_.identity) add(state_.identity->current.certificates, 1);
    if (state_.anchors) add(state_.anchors->device_anchors, 0);
    return known;
}

Result<Json> Agent::Story::verify_peer(std::string_view pem, bool demand_current) const {
    if (!state_.identity || !state_.anchors) return unavailable("this device has not enrolled yet");
    const trust::PeerBasis basis{*state_.anchors, state_.identity->tenant,      revocations_.lists(),
                                 now(),           !parts_.clock.synchronised(), demand_current};
    ANCHOR_ASSIGN_OR_RETURN(const trust::Peer peer, trust::judge_peer(pem, basis));
    return Json{{"device", peer.device}, {"serial", peer.serial}, {"not_after", to_rfc3339(peer.not_after)}};
}

}  // namespace anchor::agent
