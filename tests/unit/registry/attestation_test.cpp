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
using protocol::verb::kReport;
using testing::HasSubstr;
using testing::StartsWith;

struct AttestationTest : testing::Test {
    AttestationTest() {
        if (!device.enroll().empty()) std::abort();
    }
    std::string refusal_of_evidence(const std::string& text) {
        return refused([&] { return device.ask(kEvidence, {{"evidence", text}}); });
    }
    // What is refused leaves no trace on the record, and does the honest device no harm.
    std::string refused(const std::function<std::string()>& attempt) {
        const auto kept = [&] {
            const DeviceRecord record = fleet.record(device.identity->device);
            const auto clock = record.earlier.value_or(tpmwire::Earlier{}).clock;
            return std::tuple(record.result, record.result_version, record.appraised_at, clock.clock, clock.reset_count, record.device_key,
                              record.ak_public, record.standing.number);
        };
        const auto before = kept();
        std::string refusal = attempt();
        EXPECT_EQ(kept(), before);
        EXPECT_THAT(fleet.last_audit(), StartsWith("refused: ")) << refusal;
        return refusal;
    }
    void expect_to_go_on() {
        const std::uint64_t before = fleet.record(device.identity->device).result_version;
        EXPECT_EQ(device.attest(), "");
        EXPECT_GT(fleet.record(device.identity->device).result_version, before);
    }
    std::size_t written() { return fleet.store->audit_log("", 10'000).value().size(); }
    static Json report_of(int number) {
        return {{"at", "2026-11-23T12:00:00Z"}, {"from", "trusted"}, {"to", "quarantined"}, {"because", std::to_string(number)}};
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

    EXPECT_THAT(refused([&] { return device.ask(kEvidence, body); }), HasSubstr("nonce: used before"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesANonceThatIsStaleForeignOrMadeUp) {
    const auto grant = device.nonce();
    fakes::FakeRoot other_root(std::make_shared<fakes::FakeTpm>());
    TestDevice other(fleet, other_root);
    ASSERT_EQ(other.enroll(), "");
    const auto foreign = other.nonce();

    EXPECT_THAT(refusal_of_evidence(device.evidence_text(foreign.nonce, grant.selections)), HasSubstr("another device"));
    EXPECT_THAT(refusal_of_evidence(device.evidence_text(Bytes(32, 7), grant.selections)), HasSubstr("not one of this"));
    fleet.clock.pass(std::chrono::minutes(6));
    EXPECT_THAT(refusal_of_evidence(device.evidence_text(grant.nonce, grant.selections)), HasSubstr("expired"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesAQuoteOverOtherRegisters) {
    const auto grant = device.nonce();
    const std::vector<PcrSelection> fewer{{HashAlg::Sha256, 0x01}};

    EXPECT_THAT(refusal_of_evidence(device.evidence_text(grant.nonce, fewer)), HasSubstr("quote: pcrSelect"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesAQuoteSignedByAnotherKey) {
    fakes::FakeQuoter imposter(tpm, tpm->make_attestation_key().value());
    const auto grant = device.nonce();
    protocol::Evidence evidence{device.identity->device, grant.nonce, {}, {}, {}, {}};
    const SteadyTime now = fleet.clock.steady();
    evidence.quote = imposter.quote(grant.selections, protocol::binding_of(evidence, now).view()).value();

    const std::string refusal = refusal_of_evidence(std::string(as_text(protocol::encode(evidence, now))));

    EXPECT_THAT(refusal, HasSubstr("signature: not by this attestation key"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesWhatTheTpmDidNotSay) {
    const auto grant = device.nonce();
    Json evidence = parse_json(device.evidence_text(grant.nonce, grant.selections)).value();
    Bytes attest = from_base64url(evidence["tpm"]["attest"].get<std::string>()).value();
    attest[0] ^= 1;  // TPM_GENERATED
    evidence["tpm"]["attest"] = to_base64url(attest);

    EXPECT_THAT(refusal_of_evidence(canonical_json(evidence)), HasSubstr("quote: signature"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesClaimsThatTheQuoteWasNotMadeFor) {
    const auto grant = device.nonce();
    Json evidence = parse_json(device.evidence_text(grant.nonce, grant.selections)).value();
    evidence["claims"]["os.lockdown"]["value"] = "none";

    EXPECT_THAT(refusal_of_evidence(canonical_json(evidence)), HasSubstr("extraData"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesAClockThatRunsBackwards) {
    tpm->advance(10'000'000);
    ASSERT_EQ(device.attest(), "");
    tpm->advance(static_cast<std::uint64_t>(-5'000'000));

    EXPECT_THAT(refused([&] { return device.attest(); }), HasSubstr("clock"));
    tpm->advance(5'000'000);
    expect_to_go_on();
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
    const auto answer_to = [&](TestDevice& whose, const Message& asked) {
        return refused([&] { return TestDevice::refusal_of(whose.open_reply(*fleet.requests->answer(asked), asked)); });
    };
    EXPECT_THAT(answer_to(other, carried), HasSubstr("signature: by no key that this device has here"));
    auto octet = message.payload.end() - 40;  // well inside of the signature
    *octet = *octet == 'A' ? 'B' : 'A';
    EXPECT_THAT(answer_to(device, message), HasSubstr("signature: not by this device's key"));
    expect_to_go_on();
}

TEST_F(AttestationTest, RefusesAMessageOverTheLimit) {
    Message message;
    message.topic = fleet.topics.request(device.identity->device, protocol::verb::kStandingGet);
    message.payload = Bytes(protocol::kMaxMessage + 1, 'a');

    const std::string refusal =
        refused([&] { return TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(message), message)); });

    EXPECT_THAT(refusal, HasSubstr("larger than 120 KiB"));
    expect_to_go_on();
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
    const std::size_t before = written();
    for (int i = 0; i < 100; ++i) (void)device.ask("no.such", {{"number", i}});

    EXPECT_LE(written() - before, 65U);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("more that are not written down"));
}

TEST_F(AttestationTest, NamesThatNobodyProvesShareOneBoundInTheAuditLog) {
    const auto by_nobody = [&](int number) {
        const Digest name = crypto::hash(HashAlg::Sha256, as_bytes(std::to_string(number)));
        (void)fleet.ask(fleet.topics.request(DeviceId::from_digest(name), kReport), to_bytes("{}"));
    };
    for (int i = 0; i < 300; ++i) by_nobody(i);
    EXPECT_LE(written(), 210U);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("(and more that are not written down)"));

    EXPECT_THAT(device.ask("no.such", Json::object()), HasSubstr("nothing that this registry answers"));
    EXPECT_THAT(fleet.last_audit(), HasSubstr("no.such")) << "who signs is not counted with them";
    fleet.clock.pass(Seconds(60));
    by_nobody(300);
    EXPECT_THAT(fleet.last_audit(), HasSubstr("(before it 99 of strangers that are not written down)"));
}

TEST_F(AttestationTest, InventedClaimsShareThatBoundAsWell) {
    const DeviceId id = device.identity->device;
    for (int i = 0; i < 300; ++i) {
        (void)fleet.ask(fleet.topics.enroll_request("claim-" + std::to_string(i), id, protocol::verb::kEnrollBegin), to_bytes("{}"));
    }

    EXPECT_LE(written(), 210U);
}

TEST_F(AttestationTest, TakesManyReportsAtOnceAndThenOneAMinute) {
    std::string refusal;
    int taken = 0;
    for (; taken < 300 && refusal.empty(); ++taken) refusal = device.ask(kReport, report_of(taken));
    EXPECT_EQ(taken, 201);
    EXPECT_THAT(refusal, HasSubstr("reported too often: wait"));
    EXPECT_EQ(device.refusal_kind, ErrorKind::Unavailable) << "a device keeps it, and comes again";

    fleet.clock.pass(Seconds(61));
    EXPECT_EQ(device.ask(kReport, report_of(5000)), "");
    EXPECT_THAT(device.ask(kReport, report_of(5001)), HasSubstr("too often"));
}

TEST_F(AttestationTest, CarriesOutARecordedReportOnce) {
    const Message recorded = device.signed_message(kReport, report_of(1));
    ASSERT_EQ(TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(recorded), recorded)), "");
    for (int i = 0; i < 40; ++i) (void)device.nonce();  // its answer is forgotten
    fleet.clock.pass(std::chrono::days(30));
    fleet.reopen();

    const auto again = device.open_reply(*fleet.requests->answer(recorded), recorded);

    EXPECT_THAT(TestDevice::refusal_of(again), HasSubstr("carried out before"));
    const auto entries = fleet.store->audit_log(device.identity->device.text(), 100).value();
    EXPECT_EQ(std::ranges::count(entries, "reported", &AuditEntry::act), 1);
    EXPECT_EQ(device.ask(kReport, report_of(1)), "") << "the same words in another request are another report";
}

TEST_F(AttestationTest, KeepsWhatADeviceReportsAsItsOwnWord) {
    const Json report = report_of(0);
    EXPECT_EQ(device.ask(protocol::verb::kReport, report), "");

    const auto log = fleet.store->audit_log(device.identity->device.text(), 1).value();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].act, "reported");

    Json long_winded = report;
    long_winded["because"] = std::string(1025, 'x');
    EXPECT_THAT(device.ask(protocol::verb::kReport, long_winded), HasSubstr("longer than 1024"));
    Json no_level = report;
    no_level["to"] = std::string(65, 'x');
    EXPECT_THAT(device.ask(protocol::verb::kReport, no_level), HasSubstr("longer than 64"));
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
