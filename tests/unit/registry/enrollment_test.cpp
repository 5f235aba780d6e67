// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/certificate_request.h>
#include <anchor/identity/software_root.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

struct EnrollmentTest : testing::Test {
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    Fleet fleet;
    TestDevice device{fleet, root};
};

TEST_F(EnrollmentTest, MakesADeviceOfATpm) {
    const std::string refusal = device.enroll();

    ASSERT_EQ(refusal, "");
    const auto record = fleet.store->device(device.identity->device).value();
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->hardware_bound);
    EXPECT_EQ(record->standing.status, StandingStatus::Active);
    EXPECT_EQ(record->labels.at("host"), "press");
    EXPECT_EQ(device.result().level, Level::Unverified);  // there are no reference values yet
}

TEST_F(EnrollmentTest, RefusesAnEndorsementKeyThatNobodyVouchesFor) {
    fleet.settings.allow_uncertified_ek = false;

    EXPECT_THAT(device.enroll(), HasSubstr("no EK certificate and its EK is not on the EK list"));

    EXPECT_TRUE(fleet.store->devices().value().empty());
    EXPECT_THAT(fleet.last_audit(), HasSubstr("refused: enroll.begin: the TPM has no EK certificate"));
}

TEST_F(EnrollmentTest, TakesAListedEndorsementKey) {
    fleet.settings.allow_uncertified_ek = false;
    const Digest digest = crypto::hash(HashAlg::Sha256, tpm->endorsement_key());

    ASSERT_TRUE(fleet.store->list_endorsement(digest.view(), "press 4", fleet.clock.wall()));

    EXPECT_EQ(device.enroll(), "");
}

TEST_F(EnrollmentTest, RefusesACertificateOfAnUnknownMaker) {
    auto maker = new_key();
    Fleet other;
    const auto certificate = other.endorsement_certificate(tpm->endorsement_key(), maker, "Maker");
    fakes::FakeRoot certified(tpm, to_bytes(certificate.der()));
    for (Fleet* one : {&fleet, &other}) one->settings.allow_uncertified_ek = false;

    EXPECT_EQ(TestDevice(other, certified).enroll(), "") << "its maker counts there";
    EXPECT_THAT(TestDevice(fleet, certified).enroll(), HasSubstr("leads to no manufacturer's root: certificate 'CN=EK': unknown issuer"));
}

TEST_F(EnrollmentTest, RefusesACertificateOfAnotherEndorsementKey) {
    auto maker = new_key();
    fakes::FakeTpm another;
    const auto certificate = fleet.endorsement_certificate(another.endorsement_key(), maker, "Maker");
    fakes::FakeRoot certified(tpm, to_bytes(certificate.der()));
    TestDevice stranger(fleet, certified);

    EXPECT_THAT(stranger.enroll(), HasSubstr("EK certificate: is for another key"));
}

TEST_F(EnrollmentTest, TakesADeviceWithoutATpmOnlyWhereTheOwnerSaysSo) {
    identity::SoftwareRoot software;
    TestDevice bare(fleet, software);
    const Message begin = bare.begin_message();

    const auto refused = bare.open_reply(*fleet.requests->answer(begin), begin);
    EXPECT_THAT(TestDevice::refusal_of(refused), HasSubstr("without a TPM is not allowed"));

    fleet.settings.allow_software_keys = true;
    const Message again = bare.begin_message();
    const auto allowed = bare.open_reply(*fleet.requests->answer(again), again);
    EXPECT_EQ(TestDevice::refusal_of(allowed), "");
    EXPECT_TRUE(protocol::enroll_challenge_from(allowed.body)->credential.empty());
}

TEST_F(EnrollmentTest, RefusesAProofWithAnotherSecret) {
    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    const auto reply = device.open_reply(*challenge, begin);
    const auto credential = protocol::enroll_challenge_from(reply.body).value();
    SecretBytes secret = device.enrollment->keyring().endorser->activate_credential(credential.credential, credential.secret).value();
    const auto proof_of = [&](const protocol::EnrollProve& prove) {
        const auto digest = [](ByteView octets) { return crypto::hash(HashAlg::Sha256, octets); };
        const Digest proof =
            protocol::enrollment_proof(secret, digest(begin.payload), digest(challenge->payload), digest(as_bytes(prove.evidence)));
        return to_bytes(proof.view());
    };

    const Message prove = device.prove_message(reply, crypto::hash(HashAlg::Sha256, challenge->payload), [&](protocol::EnrollProve& said) {
        EXPECT_EQ(said.proof, proof_of(said)) << "with the secret that the credential holds";
        secret = crypto::random_secret(secret.size());
        said.proof = proof_of(said);
    });
    const auto refused = device.open_reply(*fleet.requests->answer(prove), prove);

    EXPECT_THAT(TestDevice::refusal_of(refused), HasSubstr("proof: the credential was not opened"));
    EXPECT_TRUE(fleet.store->devices().value().empty());
}

TEST_F(EnrollmentTest, RefusesAProofForAnotherReply) {
    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    const auto reply = device.open_reply(*challenge, begin);

    const Message prove = device.prove_message(reply, crypto::hash(HashAlg::Sha256, as_bytes("another reply")));
    const auto refused = device.open_reply(*fleet.requests->answer(prove), prove);

    EXPECT_THAT(TestDevice::refusal_of(refused), HasSubstr("proof: the credential was not opened"));
    EXPECT_TRUE(fleet.store->devices().value().empty());
}

TEST_F(EnrollmentTest, WritesDownNoEnrolmentThatIsRefusedAtItsEnd) {
    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    const Message prove = device.prove_message(device.open_reply(*challenge, begin), crypto::hash(HashAlg::Sha256, challenge->payload));
    // The key is revoked in between, as one of an earlier enrolment that is tried again.
    const auto key = crypto::PublicKey::from_spki(device.enrollment->key().value()->public_key()).value();
    ASSERT_TRUE(fleet.authority->certify(key, device.enrollment->device()));
    const auto certificate = fleet.store->certificates(device.enrollment->device()).value().at(0);
    ASSERT_TRUE(fleet.store->set_revocation(certificate, crypto::RevocationEntry{fleet.clock.wall(), crypto::CrlReason::KeyCompromise}));

    const auto refused = device.open_reply(*fleet.requests->answer(prove), prove);

    EXPECT_THAT(TestDevice::refusal_of(refused), HasSubstr("a certificate for this key was revoked"));
    EXPECT_THAT(fleet.last_audit(), HasSubstr("refused: enroll.prove: a certificate for this key was revoked"));
    const auto log = fleet.store->audit_log("", 100).value();
    EXPECT_EQ(std::ranges::count(log, "enrolled", &AuditEntry::act), 0);
    EXPECT_TRUE(fleet.store->devices_of_claim(kClaim).value().empty());
    EXPECT_TRUE(fleet.store->devices().value().empty());
}

TEST_F(EnrollmentTest, GivesAnAttemptOneTryAndALifetime) {
    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    const auto reply = device.open_reply(*challenge, begin);
    const Digest digest = crypto::hash(HashAlg::Sha256, challenge->payload);
    const Message prove = device.prove_message(reply, digest);
    const Message second = device.prove_message(reply, digest);

    fleet.clock.pass(std::chrono::minutes(11));
    const auto late = device.open_reply(*fleet.requests->answer(prove), prove);
    const auto again = device.open_reply(*fleet.requests->answer(second), second);

    EXPECT_EQ(late.refusal->kind, ErrorKind::Stale);
    EXPECT_THAT(late.refusal->what, HasSubstr("has expired"));
    EXPECT_THAT(again.refusal->what, HasSubstr("not known (any more)"));
}

TEST_F(EnrollmentTest, RefusesANameThatTheKeysDoNotHave) {
    Message begin = device.begin_message();
    const auto other = DeviceId::parse(std::string(26, 'a')).value();
    protocol::Request request = protocol::request_from(begin.payload).value();
    request.device = other;
    begin.payload = protocol::encode(request);
    begin.topic = fleet.topics.enroll_request(kClaim, other, protocol::verb::kEnrollBegin);

    const auto reply = fleet.requests->answer(begin);

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->topic, fleet.topics.enroll_reply(kClaim, other));
    EXPECT_THAT(fleet.last_audit(), HasSubstr("these keys are those of device"));
}

TEST_F(EnrollmentTest, RefusesADeviceKeyThatThisAttestationKeyDidNotCertify) {
    Message begin = device.begin_message();
    protocol::Request request = protocol::request_from(begin.payload).value();
    auto body = protocol::enroll_begin_from(request.body).value();
    const KeyBlob other = tpm->make_attestation_key().value();
    body.ak_public = to_bytes(ByteView(other.public_area).subspan(2));
    request.body = protocol::to_json(body);
    begin.payload = protocol::encode(request);

    const auto reply = device.open_reply(*fleet.requests->answer(begin), begin);

    EXPECT_THAT(TestDevice::refusal_of(reply), HasSubstr("certification: signature: not by this attestation key"));
}

TEST_F(EnrollmentTest, RefusesADeviceKeyWithOtherAttributesOrForAnotherRequest) {
    Message begin = device.begin_message();
    protocol::Request request = protocol::request_from(begin.payload).value();
    auto body = protocol::enroll_begin_from(request.body).value();
    auto area = tpmwire::parse_public_area(body.device_key_public).value();
    area.attributes |= tpmwire::object_attribute::kUserWithAuth;
    const auto good = std::exchange(body.device_key_public, tpmwire::marshal(area));
    request.body = protocol::to_json(body);
    begin.payload = protocol::encode(request);
    const auto weak = device.open_reply(*fleet.requests->answer(begin), begin);

    auto key = new_key();
    const std::string urn = protocol::device_urn(kTenant, request.device);
    body.device_key_public = good;
    body.request = to_bytes(crypto::CertificateRequest::make(key, request.device.text(), {urn}).value().der());
    request.body = protocol::to_json(body);
    begin.payload = protocol::encode(request);
    const auto swapped = device.open_reply(*fleet.requests->answer(begin), begin);

    EXPECT_THAT(TestDevice::refusal_of(weak), HasSubstr("userWithAuth must be clear"));
    EXPECT_THAT(TestDevice::refusal_of(swapped), HasSubstr("certification: extraData"));
}

TEST_F(EnrollmentTest, TakesAKnownDeviceBackOnlyWhileItIsActive) {
    ASSERT_EQ(device.enroll(), "");
    EXPECT_EQ(device.enroll(), "");

    auto record = *fleet.store->device(device.identity->device).value();
    record.standing.status = StandingStatus::Suspended;
    record.standing.reason = "stolen";
    ASSERT_TRUE(fleet.store->save(record));

    EXPECT_THAT(device.enroll(), HasSubstr("the device is suspended: stolen"));
}

TEST_F(EnrollmentTest, ABatchThatHasEndedEnrolsNobody) {
    ASSERT_TRUE(fleet.store->add_batch(kClaim, fleet.clock.wall()));
    ASSERT_EQ(device.enroll(), "");
    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    const auto reply = device.open_reply(*challenge, begin);

    ASSERT_TRUE(fleet.store->end_batch(kClaim, "leaked", fleet.clock.wall()));

    const Message prove = device.prove_message(reply, crypto::hash(HashAlg::Sha256, challenge->payload));
    EXPECT_THAT(TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(prove), prove)), HasSubstr("has ended"))
        << "nor one that had begun";
    TestDevice again(fleet, root);
    EXPECT_THAT(again.enroll(), HasSubstr("the batch \"first\" has ended")) << "nor whom it let in before";
    EXPECT_EQ(device.ask("standing.get", Json::object()), "") << "who is in stays";
}

TEST_F(EnrollmentTest, WaitsForApprovalWhereTheOwnerWantsIt) {
    fleet.settings.require_approval = true;
    EXPECT_THAT(device.enroll(), HasSubstr("waiting for approval"));
    const auto pending = fleet.store->pending().value();
    ASSERT_EQ(pending.size(), 1U);

    ASSERT_TRUE(fleet.store->approve(DeviceId::parse(pending[0].device).value()).value());

    EXPECT_EQ(device.enroll(), "");
    EXPECT_TRUE(fleet.store->pending().value().empty());
}

}  // namespace
}  // namespace anchor::registry
