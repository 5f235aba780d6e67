// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/enrollment.h>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>
#include <anchor/registry/numbers.h>
#include <anchor/tpmwire/credential.h>

#include "endorsement_check.h"
#include "enrollment_rules.h"
#include "judgement.h"

namespace anchor::registry {
namespace {

constexpr std::size_t kSessionSize = 16;
constexpr std::size_t kNonceSize = 32;
constexpr std::size_t kSecretSize = 32;

// One EK is one device, and a device that the owner has put aside does not come back by enrolling again.
Result<void> check_known(Store& store, const CheckedKeys& keys) {
    ANCHOR_ASSIGN_OR_RETURN(const auto holder, store.device_of_key(keys.key_digest));
    if (holder && *holder != keys.device) return rejected("this endorsement key is that of device " + holder->text());
    ANCHOR_ASSIGN_OR_RETURN(const auto known, store.device(keys.device));
    if (!known || known->standing.status == StandingStatus::Active) return {};
    return denied("the device is " + std::string(to_string(known->standing.status)) +
                  (known->standing.reason.empty() ? "" : ": " + known->standing.reason));
}

Result<void> wait_for_approval(Store& store, const DeviceRecord& device, const std::string& why, WallTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const bool approved, store.is_approved(device.id));
    if (approved) return {};
    ANCHOR_RETURN_IF_ERROR(store.ask_approval(device.id, canonical_json(Json(device.labels)), now));
    return unavailable("waiting for approval" + why);
}

// A device that is not known here and says itself that it was put aside: a registry restored from an old backup would take it back as
// active. It is the device's own word, and believed because it says nothing in its own favour.
Result<void> check_forgotten(Store& store, const DeviceRecord& device, const Claims& claims, WallTime now) {
    const Claim* claim = claims.find("registry.standing");
    const auto* standing = claim == nullptr ? nullptr : std::get_if<std::string>(&claim->value);
    if (standing == nullptr || *standing == to_string(StandingStatus::Active)) return {};
    return wait_for_approval(store, device, ": the device says that it is " + *standing + ", and is not known here", now);
}

Result<void> check_batch(Store& store, std::string_view claim) {
    ANCHOR_ASSIGN_OR_RETURN(const bool ended, store.has_ended(claim));
    return ended ? denied("the batch \"" + std::string(claim) + "\" has ended: it enrols nobody any more") : Result<void>();
}

DeviceRecord record_of(const CheckedKeys& keys, const protocol::EnrollBegin& begin, const std::string& group, WallTime now) {
    DeviceRecord device{.id = keys.device};
    device.hardware_bound = keys.ek.has_value();
    device.key_digest = keys.key_digest;
    device.device_key = to_bytes(keys.device_key.spki());
    device.labels = begin.labels;
    if (begin.endorsement) {
        device.ek_public = begin.endorsement->public_area;
        device.ek_certificate = begin.endorsement->certificate;
        device.ak_public = begin.ak_public;
    }
    device.standing.number = number_after(0, now);  // a restored registry may have known it, and given it higher ones than 1
    device.standing.group = group;
    return device;
}

// What outlives a new enrolment: standing, group and the row of results.
void carry_over(DeviceRecord& device, const DeviceRecord& before) {
    device.standing = before.standing;
    device.standing_document = before.standing_document;
    device.acknowledged = before.acknowledged;
    device.result_version = before.result_version;
    if (device.ak_public == before.ak_public) device.earlier = before.earlier;
}

Result<void> check_proof(const protocol::EnrollProve& prove, const EnrollmentSession& session) {
    ANCHOR_ASSIGN_OR_RETURN(const Digest begin, Digest::from(HashAlg::Sha256, session.begin_digest));
    ANCHOR_ASSIGN_OR_RETURN(const Digest reply, Digest::from(HashAlg::Sha256, session.reply_digest));
    const Digest expected =
        protocol::enrollment_proof(session.secret, begin, reply, crypto::hash(HashAlg::Sha256, as_bytes(prove.evidence)));
    if (!SecretBytes::copy_of(expected.view()).matches(prove.proof)) {
        return rejected("proof: the credential was not opened by this TPM for this attempt");
    }
    return {};
}

}  // namespace

Result<protocol::EnrollChallenge> Enrollment::begin(std::string_view claim, const DeviceId& device, const Json& body,
                                                    const Digest& request) {
    const WallTime now = clock_.wall();
    ANCHOR_RETURN_IF_ERROR(check_batch(store_, claim));
    ANCHOR_ASSIGN_OR_RETURN(const auto begin, protocol::enroll_begin_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const CheckedKeys keys, check_keys(begin, settings_, store_, now));
    if (keys.device != device) return rejected("these keys are those of device " + keys.device.text());
    ANCHOR_RETURN_IF_ERROR(check_known(store_, keys));
    ANCHOR_RETURN_IF_ERROR(rule_for(begin, claim, settings_, store_, now));

    EnrollmentSession session{crypto::random_octets(kSessionSize),
                              device.text(),
                              std::string(claim),
                              canonical_json(body),
                              to_bytes(request.view()),
                              {},
                              keys.ek ? crypto::random_secret(kSecretSize) : SecretBytes(),
                              crypto::random_octets(kNonceSize),
                              now + settings_.session_lifetime};
    protocol::EnrollChallenge challenge{session.id, {}, {}, session.nonce, settings_.session_lifetime};
    if (keys.ek) {
        ANCHOR_ASSIGN_OR_RETURN(auto credential, tpmwire::make_credential(*keys.ek, tpmwire::name_of(*keys.ak), session.secret));
        challenge.credential = std::move(credential.id_object);
        challenge.secret = std::move(credential.encrypted_secret);
    }
    ANCHOR_RETURN_IF_ERROR(store_.open_session(session, now));
    return challenge;
}

Result<protocol::EnrollGrant> Enrollment::prove(std::string_view claim, const DeviceId& device, const Json& body) {
    const WallTime now = clock_.wall();
    ANCHOR_ASSIGN_OR_RETURN(const auto prove, protocol::enroll_prove_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const auto session, store_.take_session(prove.session));
    if (!session) return stale("this attempt is not known (any more): begin again");
    if (session->device != device.text() || session->claim != claim) return rejected("this attempt is that of another device");
    if (session->expires <= now) return stale("this attempt has expired at " + to_rfc3339(session->expires) + ": begin again");

    // All is checked anew: between begin and now an operator may have changed his mind about batch, EK, roots or standing.
    ANCHOR_RETURN_IF_ERROR(check_batch(store_, claim));
    ANCHOR_ASSIGN_OR_RETURN(const Json begin_body, parse_json(session->begin_body));
    ANCHOR_ASSIGN_OR_RETURN(const auto begin, protocol::enroll_begin_from(begin_body));
    ANCHOR_ASSIGN_OR_RETURN(const CheckedKeys keys, check_keys(begin, settings_, store_, now));
    ANCHOR_RETURN_IF_ERROR(check_known(store_, keys));
    ANCHOR_ASSIGN_OR_RETURN(const EnrollmentRule* rule, rule_for(begin, claim, settings_, store_, now));
    DeviceRecord record = record_of(keys, begin, rule == nullptr ? settings_.default_group : rule->group, now);
    ANCHOR_ASSIGN_OR_RETURN(const auto before, store_.device(keys.device));
    if (before) carry_over(record, *before);
    if (keys.ek) {
        ANCHOR_RETURN_IF_ERROR(check_proof(prove, *session));
    }
    const Attester attester{record.id,
                            record.standing.group,
                            keys.ak,
                            keys.device_key,
                            record.earlier,
                            record.standing.status,
                            now + settings_.certificate_lifetime};
    ANCHOR_ASSIGN_OR_RETURN(const auto received, verifier_.open(prove.evidence, attester));
    if (received.evidence.nonce != session->nonce) return rejected("nonce: not the one of this attempt");
    ANCHOR_ASSIGN_OR_RETURN(const Appraisal appraisal, verifier_.appraise(received, attester, std::nullopt));
    if (!before) {
        ANCHOR_RETURN_IF_ERROR(check_approval(record));
        ANCHOR_RETURN_IF_ERROR(check_forgotten(store_, record, received.evidence.claims, now));
    }
    const std::string again = before && before->ak_public != record.ak_public ? " again, with another AK" : before ? " again" : "";
    const DeviceId enrolled = record.id;
    ANCHOR_ASSIGN_OR_RETURN(auto granted, grant(std::move(record), keys.device_key, appraisal));
    // Now that nothing can refuse it any more: a refusal keeps what was written before it.
    const std::string by_rule = rule == nullptr ? "" : " by rule " + rule->name;
    ANCHOR_RETURN_IF_ERROR(
        store_.audit("enrolled", enrolled.text(), "enrolled" + again + " with claim " + std::string(claim) + by_rule, now));
    ANCHOR_RETURN_IF_ERROR(store_.set_claim(enrolled, claim));
    return granted;
}

// Only a device that has proved itself gets on the operator's list, so that nobody can fill it with names of others.
Result<void> Enrollment::check_approval(const DeviceRecord& device) {
    return settings_.require_approval ? wait_for_approval(store_, device, "", clock_.wall()) : Result<void>();
}

Result<protocol::EnrollGrant> Enrollment::grant(DeviceRecord device, const crypto::PublicKey& key, const Appraisal& appraisal) {
    protocol::EnrollGrant grant;
    device.enrolled_at = clock_.wall();
    ANCHOR_ASSIGN_OR_RETURN(device.standing_document, authority_.standing(device.standing, device.id));
    ANCHOR_ASSIGN_OR_RETURN(grant.result, record_judgement(device, appraisal, authority_, clock_.wall()));
    // The last that may be refused, because it leaves a record.
    ANCHOR_ASSIGN_OR_RETURN(grant.certificates, authority_.certify(key, device.id, issuing_of(device.standing.group, settings_)));
    device.certificates = grant.certificates;
    ANCHOR_RETURN_IF_ERROR(store_.save(device));

    grant.anchors = authority_.anchors_document();
    grant.standing = device.standing_document;
    for (const auto kind : {protocol::DocumentKind::Policy, protocol::DocumentKind::Reference}) {
        ANCHOR_ASSIGN_OR_RETURN(const auto document, store_.document(kind, device.standing.group, 0));
        if (document) grant.documents.push_back(document->text);
    }
    ANCHOR_ASSIGN_OR_RETURN(std::string reinstatement, store_.reinstatement(device.id));
    if (!reinstatement.empty()) grant.documents.push_back(std::move(reinstatement));
    grant.broker_host = settings_.broker_host;
    grant.broker_port = settings_.broker_port;
    return grant;
}

}  // namespace anchor::registry
