// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/identity/software_root.h>
#include <parts/scratch.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using protocol::verb::kEvidence;
using testing::HasSubstr;

struct AttestationTest : testing::Test {
    AttestationTest() {
        if (!device.enroll().empty()) std::abort();
    }
    Json reference_of(unsigned index) { return {{"pcrs", {{std::to_string(index), {tpm->pcrs().find(HashAlg::Sha256, index)->text()}}}}}; }

    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    Fleet fleet;
    TestDevice device{fleet, root};
};

TEST_F(AttestationTest, TrustsADeviceWhoseRegistersAreTheReferenceValues) {
    fleet.set_reference(reference_of(4));

    ASSERT_EQ(device.attest(), "");

    EXPECT_EQ(device.result().level, Level::Trusted);
    EXPECT_EQ(device.result().overall, Tier::Affirming);
}

TEST_F(AttestationTest, QuarantinesADeviceThatBootedSomethingElseAndSaysWhat) {
    fleet.set_reference(reference_of(4));
    tpm->extend(4, crypto::hash(HashAlg::Sha256, as_bytes("implant")));

    ASSERT_EQ(device.attest(), "");

    const auto result = device.result();
    EXPECT_EQ(result.level, Level::Quarantined);
    ASSERT_EQ(result.findings.size(), 1U);
    const auto& input = result.findings[0].inputs.back();
    EXPECT_EQ(input.claim, "PCR 4");
    EXPECT_THAT(input.value, HasSubstr("found " + tpm->pcrs().find(HashAlg::Sha256, 4)->text()));
}

TEST_F(AttestationTest, KnowsNothingWithoutReferenceValuesOrWithExpiredOnes) {
    ASSERT_EQ(device.attest(), "");
    EXPECT_EQ(device.result().level, Level::Unverified);

    fleet.set_reference(reference_of(4), fleet.clock.wall() + Seconds(10));
    fleet.clock.pass(Seconds(11));
    ASSERT_EQ(device.attest(), "");
    EXPECT_EQ(device.result().level, Level::Unverified);
}

TEST_F(AttestationTest, UsesANonceOnce) {
    const auto grant = device.nonce();
    const Json body = {{"evidence", device.evidence_text(grant.nonce, grant.selections)}};
    ASSERT_EQ(device.ask(kEvidence, body), "");

    EXPECT_THAT(device.ask(kEvidence, body), HasSubstr("nonce: used before"));
}

TEST_F(AttestationTest, RefusesANonceThatIsStaleForeignOrMadeUp) {
    const auto grant = device.nonce();
    fakes::FakeRoot other_root(std::make_shared<fakes::FakeTpm>());
    TestDevice other(fleet, other_root);
    ASSERT_EQ(other.enroll(), "");
    const auto foreign = other.nonce();

    EXPECT_THAT(device.ask(kEvidence, {{"evidence", device.evidence_text(foreign.nonce, grant.selections)}}), HasSubstr("another device"));
    EXPECT_THAT(device.ask(kEvidence, {{"evidence", device.evidence_text(Bytes(32, 7), grant.selections)}}), HasSubstr("not one of this"));
    fleet.clock.pass(std::chrono::minutes(6));
    EXPECT_THAT(device.ask(kEvidence, {{"evidence", device.evidence_text(grant.nonce, grant.selections)}}), HasSubstr("expired"));
}

TEST_F(AttestationTest, RefusesAQuoteOverOtherRegisters) {
    const auto grant = device.nonce();
    const std::vector<PcrSelection> fewer{{HashAlg::Sha256, 0x01}};

    EXPECT_THAT(device.ask(kEvidence, {{"evidence", device.evidence_text(grant.nonce, fewer)}}), HasSubstr("quote: pcrSelect"));
}

TEST_F(AttestationTest, RefusesAQuoteSignedByAnotherKey) {
    fakes::FakeQuoter imposter(tpm, tpm->make_attestation_key().value());
    const auto grant = device.nonce();
    protocol::Evidence evidence{device.identity->device, grant.nonce, {}, {}, {}, {}};
    const SteadyTime now = fleet.clock.steady();
    evidence.quote = imposter.quote(grant.selections, protocol::binding_of(evidence, now).view()).value();

    const std::string refusal = device.ask(kEvidence, {{"evidence", as_text(protocol::encode(evidence, now))}});

    EXPECT_THAT(refusal, HasSubstr("signature: not by this attestation key"));
}

TEST_F(AttestationTest, RefusesWhatTheTpmDidNotSay) {
    const auto grant = device.nonce();
    Json evidence = parse_json(device.evidence_text(grant.nonce, grant.selections)).value();
    Bytes attest = from_base64url(evidence["tpm"]["attest"].get<std::string>()).value();
    attest[0] ^= 1;  // TPM_GENERATED
    evidence["tpm"]["attest"] = to_base64url(attest);

    EXPECT_THAT(device.ask(kEvidence, {{"evidence", canonical_json(evidence)}}), HasSubstr("quote: signature"));
}

TEST_F(AttestationTest, RefusesClaimsThatTheQuoteWasNotMadeFor) {
    const auto grant = device.nonce();
    Json evidence = parse_json(device.evidence_text(grant.nonce, grant.selections)).value();
    evidence["claims"]["os.lockdown"]["value"] = "none";

    EXPECT_THAT(device.ask(kEvidence, {{"evidence", canonical_json(evidence)}}), HasSubstr("extraData"));
}

TEST_F(AttestationTest, RefusesAClockThatRunsBackwards) {
    tpm->advance(10'000'000);
    ASSERT_EQ(device.attest(), "");
    tpm->advance(static_cast<std::uint64_t>(-5'000'000));

    EXPECT_THAT(device.attest(), HasSubstr("clock"));
}

TEST_F(AttestationTest, AnswersTheSameOctetsWithTheSameReply) {
    const Message message = device.signed_message(protocol::verb::kNonce, Json::object());

    const auto first = fleet.requests->answer(message);
    const auto second = fleet.requests->answer(message);

    EXPECT_EQ(first->payload, second->payload);
    EXPECT_EQ(second->correlation, message.correlation);
}

TEST_F(AttestationTest, RefusesARequestOfAnotherDeviceOrWithABrokenSignature) {
    fakes::FakeRoot other_root(std::make_shared<fakes::FakeTpm>());
    TestDevice other(fleet, other_root);
    ASSERT_EQ(other.enroll(), "");
    Message message = device.signed_message(protocol::verb::kStandingGet, Json::object());

    Message carried = message;
    carried.topic = fleet.topics.request(other.identity->device, protocol::verb::kStandingGet);
    const auto foreign = other.open_reply(*fleet.requests->answer(carried), carried);
    message.payload.back() ^= 1;
    const auto broken = device.open_reply(*fleet.requests->answer(message), message);

    EXPECT_THAT(TestDevice::refusal_of(foreign), HasSubstr("signature"));
    EXPECT_THAT(TestDevice::refusal_of(broken), HasSubstr("signature"));
}

TEST_F(AttestationTest, RefusesAMessageOverTheLimit) {
    Message message;
    message.topic = fleet.topics.request(device.identity->device, protocol::verb::kStandingGet);
    message.payload = Bytes(protocol::kMaxMessage + 1, 'a');

    const auto reply = device.open_reply(*fleet.requests->answer(message), message);

    EXPECT_THAT(TestDevice::refusal_of(reply), HasSubstr("larger than 120 KiB"));
}

TEST_F(AttestationTest, SaysOnceThatADeviceAsksTooMuch) {
    const Message message = device.signed_message(protocol::verb::kStandingGet, Json::object());
    std::optional<Message> reply = fleet.requests->answer(message);
    std::string refusal;
    for (int i = 0; i < 2000 && refusal.empty(); ++i) {
        reply = fleet.requests->answer(message);
        refusal = TestDevice::refusal_of(device.open_reply(*reply, message));
    }

    EXPECT_THAT(refusal, HasSubstr("asked too often"));
    EXPECT_FALSE(fleet.requests->answer(message));
    fleet.clock.pass(Seconds(10));
    EXPECT_TRUE(fleet.requests->answer(message));
}

TEST_F(AttestationTest, AppraisesADeviceOnlySoOften) {
    std::string refusal;
    for (int i = 0; i < 100 && refusal.empty(); ++i) refusal = device.attest();

    EXPECT_THAT(refusal, HasSubstr("attested too often"));
    fleet.clock.pass(Seconds(60));
    EXPECT_EQ(device.attest(), "");
}

TEST_F(AttestationTest, StrangersDoNotSayHowFastTheAuditLogGrows) {
    const auto written = [&] { return fleet.store->audit_log("", 10'000).value().size(); };
    const std::size_t before = written();
    for (int i = 0; i < 100; ++i) (void)device.ask("no.such", {{"number", i}});

    EXPECT_LE(written() - before, 65U);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("more that are not written down"));
}

TEST_F(AttestationTest, KeepsWhatADeviceReportsAsItsOwnWord) {
    const Json report = {{"at", "2026-11-23T12:00:00Z"}, {"from", "trusted"}, {"to", "quarantined"}, {"because", "a register differs"}};
    EXPECT_EQ(device.ask(protocol::verb::kReport, report), "");

    const auto log = fleet.store->audit_log(device.identity->device.text(), 1).value();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].act, "reported");

    Json long_winded = report;
    long_winded["because"] = std::string(1025, 'x');
    EXPECT_THAT(device.ask(protocol::verb::kReport, long_winded), HasSubstr("longer than 1024"));
    EXPECT_THAT(device.ask(protocol::verb::kReport, {{"at", "x"}}), HasSubstr("is missing"));
}

TEST_F(AttestationTest, GivesStandingAndDocumentsToWhomTheyAreFor) {
    fleet.set_reference(reference_of(4));

    EXPECT_EQ(device.ask(protocol::verb::kStandingGet, Json::object()), "");
    const std::uint64_t number = fleet.store->device(device.identity->device).value()->standing.number;
    EXPECT_EQ(device.ask(protocol::verb::kStandingAck, {{"number", number}}), "");
    EXPECT_THAT(device.ask(protocol::verb::kStandingAck, {{"number", number + 1}}), HasSubstr("was never given"));
    EXPECT_EQ(device.ask(protocol::verb::kDocumentGet, {{"kind", "reference"}, {"name", "default"}, {"version", 0}}), "");
    auto record = *fleet.store->device(device.identity->device).value();
    record.standing.group = "others";
    ASSERT_TRUE(fleet.store->save(record));
    EXPECT_THAT(device.ask(protocol::verb::kDocumentGet, {{"kind", "reference"}, {"name", "default"}, {"version", 0}}),
                HasSubstr("no such document"));
}

TEST_F(AttestationTest, TakesALogInPiecesAndRefusesOneWithAnotherDigest) {
    const Bytes log(100'000, 9);
    const protocol::BlobName name{crypto::hash(HashAlg::Sha256, log), log.size()};
    const ByteView all(log);
    const protocol::BlobChunk first{name, 0, to_bytes(all.first(60'000))};
    const protocol::BlobChunk rest{name, 60'000, to_bytes(all.subspan(60'000))};
    const protocol::BlobChunk lie{{crypto::hash(HashAlg::Sha256, as_bytes("x")), 3}, 0, {1, 2, 3}};

    ASSERT_EQ(device.ask(protocol::verb::kBlobPut, protocol::to_json(first)), "");
    EXPECT_EQ(device.answer["have"], 60'000);
    ASSERT_EQ(device.ask(protocol::verb::kBlobPut, protocol::to_json(first)), "");  // sent again: it goes on where it was
    EXPECT_EQ(device.answer["have"], 60'000);
    ASSERT_EQ(device.ask(protocol::verb::kBlobPut, protocol::to_json(rest)), "");
    EXPECT_EQ(fleet.store->blob(device.identity->device, name).value(), log);
    EXPECT_THAT(device.ask(protocol::verb::kBlobPut, protocol::to_json(lie)), HasSubstr("another digest"));
}

TEST(Restart, LosesNothingBetweenAnyTwoSteps) {
    const parts::Scratch folder("registry");
    fakes::FakeRoot root(std::make_shared<fakes::FakeTpm>());
    Fleet fleet(folder.path("registry.db"));
    TestDevice device(fleet, root);

    const Message begin = device.begin_message();
    const auto challenge = fleet.requests->answer(begin);
    fleet.reopen();
    const auto opened = device.open_reply(*challenge, begin);
    const Message prove = device.prove_message(opened, crypto::hash(HashAlg::Sha256, challenge->payload));
    const auto granted = fleet.requests->answer(prove);
    fleet.reopen();
    EXPECT_EQ(fleet.requests->answer(prove)->payload, granted->payload);  // the answer was lost on its way, the device asks again
    ASSERT_EQ(device.finish(device.open_reply(*granted, prove)), "");
    const auto grant = device.nonce();
    fleet.reopen();
    EXPECT_EQ(device.ask(kEvidence, {{"evidence", device.evidence_text(grant.nonce, grant.selections)}}), "");
    fleet.reopen();

    EXPECT_TRUE(fleet.store->device(device.identity->device).value()->appraised_at);
}

TEST(WithoutTpm, EvidenceCountsOnlyWithTheDevicesSignature) {
    identity::SoftwareRoot root;
    Fleet fleet;
    fleet.settings.allow_software_keys = true;
    TestDevice device(fleet, root);
    ASSERT_EQ(device.enroll(), "");

    const auto grant = device.nonce();
    const SteadyTime now = fleet.clock.steady();
    const protocol::Evidence plain{device.identity->device, grant.nonce, {}, {}, {}, {}};

    EXPECT_THAT(device.ask(kEvidence, {{"evidence", as_text(protocol::encode(plain, now))}}), HasSubstr("has to sign it"));
    EXPECT_EQ(device.attest(), "");
    EXPECT_EQ(device.result().level, Level::Unverified);
}

}  // namespace
}  // namespace anchor::registry
