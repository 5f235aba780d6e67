// SPDX-License-Identifier: Apache-2.0
// Becoming an owner's device, at the door for those who have only a claim: the first time, and again as the same device where its own
// certificate opens no door any more.
#include "story.h"

#include <anchor/crypto/private_key.h>
#include <anchor/protocol/signing.h>

namespace anchor::agent {
namespace {

constexpr Milliseconds kRetrySoon{30'000};
constexpr Milliseconds kRetryLate{600'000};
constexpr Milliseconds kRetryRevoked{3'600'000};

// For what was accepted before, or says nothing new.
const trust::Floors& no_floors() {
    static const trust::Floors kNone;
    return kNone;
}

}  // namespace

void Agent::Story::enroll() {
    const protocol::ClaimBundle& bundle = *settings_.bundle;
    enroll_at_ = parts_.clock.steady() + kRetrySoon;
    // Who was handed over goes to nobody else, and believes of him what the owner before has signed. Before that it is the owner's still,
    // and may have to renew itself on the way out.
    const auto* const next = state_.destination && state_.leaving.empty() ? &*state_.destination : nullptr;
    if (next != nullptr && next->tenant != bundle.tenant)
        return give_up_enrollment(
            denied("this device was handed over to \"" + next->tenant + "\", and its claim bundle is another owner's"));
    auto anchors = trust::Gate::first(bundle.anchors, next != nullptr ? next->authority : bundle.authority, bundle.tenant);
    if (!anchors) return give_up_enrollment(std::move(anchors).error().within("claim bundle: trust-anchor set"));
    auto key = crypto::SoftwareKey::parse(bundle.private_key.view());
    if (!key) return give_up_enrollment(std::move(key).error().within("claim bundle: private key"));
    // Who has walked on to a later set does not go back to the bundle's: its keys may have been replaced for a reason.
    const bool walked_on = state_.anchors && state_.anchors->version > anchors->version;
    first_anchors_ = walked_on ? *state_.anchors : std::move(anchors).value();
    claim_key_ = std::make_shared<crypto::SoftwareKey>(std::move(key).value());
    identity::EnrollmentSettings settings{bundle.tenant, settings_.key_alg, settings_.labels};
    enroll_at_ = SteadyTime::max();  // until this attempt has ended
    claim_failures_ = 0;
    std::shared_ptr<identity::KnownKeys> known;
    if (state_.identity) {
        const RootState& root = state_.identity->root;
        known = std::make_shared<identity::KnownKeys>(identity::KnownKeys{
            state_.identity->device, {root.ak.clone(), root.endorsement_profile, root.storage_root_name}, in_use().key.clone()});
    }
    on_worker(
        [this, settings, known] {
            return identity::Enrollment::begin(parts_.root, settings, known ? std::optional(std::move(*known)) : std::nullopt);
        },
        [this](Result<identity::Enrollment> begun) {
            if (stopped_ || state_.retired) return;
            if (!begun && state_.identity && (begun.error().kind == ErrorKind::Stale || begun.error().kind == ErrorKind::Corrupt)) {
                enroll_at_ = parts_.clock.steady() + kRetrySoon;
                return forget_identity(begun.error());
            }
            if (!begun) return give_up_enrollment(std::move(begun).error().within("new keys"));
            enrollment_ = std::make_shared<identity::Enrollment>(std::move(begun).value());
            connect_with_claim();
        });
}

void Agent::Story::connect_with_claim() {
    const protocol::ClaimBundle& bundle = *settings_.bundle;
    auto topics = protocol::Topics::of(bundle.tenant);
    if (!topics) return give_up_enrollment(topics.error());
    const DeviceId device = enrollment_->device();
    note(Severity::Info, "enrolling as " + device.text() + " at " + bundle.host + ":" + std::to_string(bundle.port));
    LinkCredentials credentials{.host = bundle.host,
                                .port = bundle.port,
                                .client_id = device.text(),
                                .certificate_chain = bundle.certificates,
                                .key = claim_key_,
                                .anchors = first_anchors_->broker_anchors,
                                .time = [this] { return link_time(); },
                                .crls = [this] { return list_octets(); }};
    connected_ = false;
    conversation_.speak_as({*topics, device, bundle.claim, nullptr});
    parts_.link.start(
        std::move(credentials), {topics->enroll_reply(bundle.claim, device)}, std::nullopt,
        {[this] { connected(); }, [this](const Error& why) { disconnected(why); }, [this](const Message& message) { received(message); }});
}

void Agent::Story::ask_to_enroll() {
    if (state_.identity && state_.anchors && state_.identity->device == enrollment_->device()) return ask_for_standing_with_claim();
    begin_enrollment();
}

void Agent::Story::begin_enrollment() {
    ask(protocol::verb::kEnrollBegin, to_json(enrollment_->begin_body()), [this](Result<Answer> answer) {
        if (!answer) return give_up_enrollment(std::move(answer).error());
        prove(*answer);
    });
}

void Agent::Story::prove(const Answer& answer) {
    auto challenge = protocol::enroll_challenge_from(answer.body);
    if (!challenge) return give_up_enrollment(std::move(challenge).error().within("the registry's challenge"));
    prove_time(answer.issued);
    protocol::Evidence evidence{enrollment_->device(), challenge->nonce, {}, {}, {}, claims_};
    const SteadyTime steady = parts_.clock.steady();
    on_worker(
        [enrollment = enrollment_, challenge = *challenge, evidence, steady, selections = settings_.selections, begin = answer.request,
         reply = answer.reply]() -> Result<protocol::EnrollProve> {
            Keyring& keyring = enrollment->keyring();
            ANCHOR_ASSIGN_OR_RETURN(const auto key, enrollment->key());
            // With a TPM the quote authenticates the Evidence; without one only the new key's signature can.
            ANCHOR_ASSIGN_OR_RETURN(
                std::string text, make_evidence(evidence, keyring.quoter.get(), keyring.quoter ? nullptr : key.get(), selections, steady));
            return enrollment->prove(challenge, begin, reply, std::move(text));
        },
        [this](Result<protocol::EnrollProve> prove) {
            if (stopped_ || !enrollment_) return;
            if (!prove) return give_up_enrollment(std::move(prove).error().within("proof"));
            ask(protocol::verb::kEnrollProve, to_json(*prove), [this](Result<Answer> grant) {
                if (!grant) return give_up_enrollment(std::move(grant).error());
                finish_enrollment(*grant);
            });
        });
}

// Everything is checked into a state of its own, saved in one step, and only then becomes this device's state.
void Agent::Story::finish_enrollment(const Answer& answer) {
    const auto attempt = [&]() -> Result<DeviceState> {
        ANCHOR_ASSIGN_OR_RETURN(const auto grant, protocol::enroll_grant_from(answer.body));
        DeviceState next{.floors = state_.floors, .trust = state_.trust, .time_floor = std::max(state_.time_floor, answer.issued)};
        const std::string& tenant = settings_.bundle->tenant;
        // The grant may hold the very set that this attempt began with, or its successor. Another set of the same version would need
        // one old key only, where a successor needs k.
        const auto same = trust::Gate::first(grant.anchors, first_anchors_->keys_of(protocol::DocumentKind::Anchors), tenant);
        if (same && same->version == first_anchors_->version && to_json(*same) == to_json(*first_anchors_)) {
            next.anchors = first_anchors_;
        } else {
            ANCHOR_ASSIGN_OR_RETURN(next.anchors, trust::Gate(*first_anchors_).succeed(grant.anchors, tenant));
        }
        const WallTime time = std::max(parts_.clock.wall(), next.time_floor);
        ANCHOR_ASSIGN_OR_RETURN(next.identity, enrollment_->finish(grant, *next.anchors, time));
        const trust::Gate gate(*next.anchors);
        const auto accept = [&](std::string_view text, protocol::DocumentKind kind) {
            return accept_or_keep(gate, text, kind, {tenant, next.group, &next.identity->device, next.floors, time});
        };
        ANCHOR_ASSIGN_OR_RETURN(const auto standing, accept(grant.standing, protocol::DocumentKind::Standing));
        ANCHOR_ASSIGN_OR_RETURN(const Standing said, protocol::standing_from(standing.document().version, standing.document().body));
        next.group = said.group;
        next.identity->current.rotate_by = said.rotate_by;
        next.floors[trust::floor_key(standing.document())] = said.number;
        next.documents[trust::floor_key(standing.document())] = standing.text();
        for (const std::string& text : grant.documents) {
            ANCHOR_ASSIGN_OR_RETURN(const auto kind, protocol::document_kind_of(text));
            if (kind == protocol::DocumentKind::Reinstatement) {
                // One of before says nothing new, and is no reason to refuse the rest: the step takes newer numbers alone.
                ANCHOR_ASSIGN_OR_RETURN(const auto back, gate.accept(text, kind, {tenant, "", &next.identity->device, no_floors(), time}));
                const trust::Reinstated reinstated{back.document().version};
                next.trust = trust::step(next.trust, reinstated, {parts_.clock.steady(), time}).state;
                std::uint64_t& floor = next.floors[trust::floor_key(back.document())];
                floor = std::max(floor, reinstated.number);
                continue;
            }
            ANCHOR_ASSIGN_OR_RETURN(const auto document, accept(text, kind));
            next.floors[trust::floor_key(document.document())] = document.document().version;
            next.documents[trust::floor_key(document.document())] = document.text();
        }
        keep_what_outlives_a_renewal(next, gate);
        if (next.trust.standing == StandingStatus::Revoked) return denied("it revives a revoked device without a reinstatement");
        return next;
    };
    auto next = attempt();
    if (!next) return give_up_enrollment(std::move(next).error().within("the registry's grant"));
    DeviceState before = std::exchange(state_, std::move(next).value());
    if (auto saved = save(SaveKind::Floor); !saved) {
        state_ = std::move(before);
        return give_up_enrollment(std::move(saved).error());
    }
    enroll_at_ = parts_.clock.steady() + kRetrySoon;
    renewing_ = on_next_ = next_proven_ = current_refused_ = next_refused_ = false;
    refusals_ = 0;
    rotation_over(unavailable("the device has enrolled again"));
    note(Severity::Info, "enrolled as " + state_.identity->device.text());
    audit("enrolled", {{"device", state_.identity->device.text()}, {"tenant", state_.identity->tenant}});
    enrollment_.reset();
    conversation_.fall_silent();
    parts_.link.stop();
    connected_ = false;
    keyring_.reset();
    earlier_.reset();
    use_documents();
    open_keys();
}

// A registry that was restored from a backup grants what it remembers. What this device has is newer and signed as well: it stays, and
// goes back to the registry as soon as they talk.
Result<trust::VerifiedDocument> Agent::Story::accept_or_keep(const trust::Gate& gate, std::string_view text, protocol::DocumentKind kind,
                                                             const trust::Recipient& recipient) const {
    auto accepted = gate.accept(text, kind, recipient);
    if (accepted) return accepted;
    trust::Recipient anew{recipient.tenant, recipient.group, recipient.device, no_floors(), recipient.now};
    const auto older = gate.accept(text, kind, anew);
    const std::string* const ours = older ? newest_of(trust::floor_key(older->document())) : nullptr;
    if (ours == nullptr) return accepted;
    anew.now = WallTime{};  // one that has expired stays in force
    return gate.accept(*ours, kind, anew);
}

// The owner is the same, and what he has ordered holds. Who begins anew has none of it.
void Agent::Story::keep_what_outlives_a_renewal(DeviceState& next, const trust::Gate& gate) const {
    next.leaving = state_.leaving;
    if (!next.leaving.empty()) next.destination = state_.destination;
    next.lists = state_.lists;
    if (const auto manifest = state_.documents.find("revocations"); manifest != state_.documents.end()) next.documents.insert(*manifest);
    if (!state_.identity) return;
    // What a registry that was restored does not even know of any more.
    const trust::Recipient us{next.identity->tenant, next.group, &next.identity->device, no_floors(), WallTime{}};
    for (const auto& [key, text] : state_.documents) {
        if (!key.starts_with("policy") && !key.starts_with("reference")) continue;
        const auto kind = protocol::document_kind_of(text);
        if (kind && gate.accept(text, *kind, us)) next.documents.try_emplace(key, text);
    }
}

void Agent::Story::give_up_enrollment(const Error& why) {
    const bool later = why.kind == ErrorKind::Unavailable || why.kind == ErrorKind::Stale;
    // Who was put aside asks seldom, and says it once.
    const bool known = state_.identity.has_value();
    const bool told = known && connection_error_ == why.what;
    enroll_at_ = parts_.clock.steady() + (known && is_revoked() ? kRetryRevoked : later ? kRetrySoon : kRetryLate);
    if (parts_.wake_at) parts_.wake_at(enroll_at_);
    enrollment_.reset();
    conversation_.fall_silent();
    parts_.link.stop();
    connected_ = false;
    connection_error_ = why.what;
    if (!told) {
        note(later ? Severity::Warning : Severity::Error, "enrolment failed: " + why.what);
        audit("enrolment-failed", {{"why", why.what}});
    }
    if (!known) return;
    // With what is left: the door that was closed may be open again. If not, this one is tried again after the wait.
    renewing_ = false;
    if (device_key_ && !is_revoked()) connect();
}

void Agent::Story::renew(const std::string& why) {
    if (renewing_ || enrollment_) return;
    if (!settings_.bundle) return note(Severity::Error, why + "; without a claim bundle it cannot enrol again");
    note(Severity::Warning, "this device enrols again: " + why);
    renewing_ = true;
    refusals_ = 0;
    if (parts_.wake_at) parts_.wake_at(std::max(enroll_at_, parts_.clock.steady()));
}

}  // namespace anchor::agent
