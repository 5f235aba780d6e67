// SPDX-License-Identifier: Apache-2.0
#pragma once

// A device as a registry sees it: its messages, octet by octet, with quotes, certifications and requests signed by real keys of its own.
// It believes every answer and remembers next to nothing, so that many of them fit one program and the time is the registry's.

#include <memory>
#include <optional>
#include <string>

#include <anchor/core/message_link.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/jws.h>
#include <anchor/crypto/random.h>
#include <anchor/identity/enrollment.h>
#include <anchor/protocol/bodies.h>
#include <anchor/protocol/evidence.h>
#include <anchor/protocol/request.h>
#include <anchor/protocol/signing.h>
#include <anchor/protocol/topics.h>
#include <fakes/fake_device.h>

namespace anchor::bench {

class SimulatedDevice {
public:
    SimulatedDevice(std::string tenant, std::string claim)
        : topics_(protocol::Topics::of(tenant).value()), tenant_(std::move(tenant)), claim_(std::move(claim)) {
        enrollment_.emplace(identity::Enrollment::begin(root_, {.tenant = tenant_, .key_alg = KeyAlg::EcP256, .labels = {}}).value());
        key_ = enrollment_->key().value();
        kid_ = crypto::PublicKey::from_spki(key_->public_key()).value().thumbprint();
    }

    [[nodiscard]] const DeviceId& id() const { return enrollment_->device(); }

    [[nodiscard]] Message begin() {
        Message message = with_claim(protocol::verb::kEnrollBegin, protocol::to_json(enrollment_->begin_body()));
        begin_digest_ = crypto::hash(HashAlg::Sha256, message.payload);
        return message;
    }
    [[nodiscard]] Message prove(const Message& reply) {
        const auto challenge = protocol::enroll_challenge_from(answer_in(reply)).value();
        const Digest digest = crypto::hash(HashAlg::Sha256, reply.payload);
        const std::string evidence = evidence_over(challenge.nonce, {{HashAlg::Sha256, 0x7fff}});
        return with_claim(protocol::verb::kEnrollProve,
                          protocol::to_json(enrollment_->prove(challenge, *begin_digest_, digest, evidence).value()));
    }
    [[nodiscard]] Message ask_nonce() { return by_key(protocol::verb::kNonce, Json::object()); }
    [[nodiscard]] Message attest(const Message& reply) {
        const auto grant = protocol::nonce_grant_from(answer_in(reply)).value();
        return by_key(protocol::verb::kEvidence, {{"evidence", evidence_over(grant.nonce, grant.selections)}});
    }
    /// Aborts where the registry has refused, and says why.
    static Json answer_in(const Message& reply) {
        const auto document = protocol::draft_from(as_text(reply.payload)).value().document;
        auto body = protocol::reply_from(document).value();
        if (body.refusal) {
            std::fprintf(stderr, "the registry refuses %s: %s\n", body.verb.c_str(), body.refusal->what.c_str());
            std::abort();
        }
        return std::move(body.body);
    }

private:
    std::string evidence_over(const Bytes& nonce, const std::vector<PcrSelection>& selections) {
        const SteadyTime now{Milliseconds{1'000'000}};
        protocol::Evidence evidence{id(), nonce, {}, {}, {}, {}};
        evidence.claims.set("os.lockdown", {std::string("integrity"), now, "kernel"});
        evidence.quote = enrollment_->keyring().quoter->quote(selections, protocol::binding_of(evidence, now).view()).value();
        return std::string(as_text(protocol::encode(evidence, now)));
    }
    Message with_claim(std::string_view verb, Json body) const {
        const protocol::Request request{std::string(verb), tenant_, id(), crypto::random_octets(16), std::move(body)};
        Message message{topics_.enroll_request(claim_, id(), verb), protocol::encode(request), request.id};
        return message;
    }
    Message by_key(std::string_view verb, Json body) const {
        const protocol::Request request{std::string(verb), tenant_, id(), crypto::random_octets(16), std::move(body)};
        const auto text = crypto::sign_jws(protocol::kRequestTyp, protocol::encode(request), {kid_, *key_}).value();
        return {topics_.request(id(), verb), to_bytes(text), request.id};
    }

    protocol::Topics topics_;
    std::string tenant_;
    std::string claim_;
    fakes::FakeRoot root_{std::make_shared<fakes::FakeTpm>()};
    std::optional<identity::Enrollment> enrollment_;
    std::shared_ptr<DeviceKey> key_;
    std::string kid_;
    std::optional<Digest> begin_digest_;
};

}  // namespace anchor::bench
