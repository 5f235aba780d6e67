// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/evidence.h>

#include <limits>

#include <gtest/gtest.h>

#include <anchor/core/claim_table.h>
#include <anchor/crypto/jws.h>
#include <anchor/crypto/private_key.h>
#include <anchor/protocol/request.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

constexpr SteadyTime kNow{Milliseconds{1'000'000}};

Evidence sample() {
    Evidence evidence{sample_device(), Bytes(32, 1), Quote{{Bytes{1, 2}, Bytes{3}}, {}}, BlobName{Digest(HashAlg::Sha256), 34'000}, {}, {}};
    evidence.quote->pcrs.set(7, Digest(HashAlg::Sha256));
    evidence.quote->pcrs.set(10, Digest(HashAlg::Sha1));
    evidence.claims.set("boot.secure_boot", {true, kNow - Milliseconds{500}, "tpm"});
    evidence.claims.set("os.temperature", {41.5, kNow, "system"});
    evidence.claims.set("os.lockdown", {std::string("integrity"), kNow, "kernel"});
    evidence.claims.set("net.interfaces", {std::vector<std::string>{"lo", "eth0"}, kNow, "kernel"});
    evidence.claims.set("os.uptime", {Milliseconds{90'000}, kNow, "kernel"});
    evidence.claims.set("time.floor", {sample_time(), kNow, "registry"});
    evidence.claims.set("ima.entries", {std::int64_t{-1}, kNow, "kernel"});
    evidence.claims.set("ima.enabled", {Unknown{"no list"}, kNow, "kernel"});
    return evidence;
}

TEST(Evidence, IsReadBackWithAllTypesOfClaims) {
    const SteadyTime later{Milliseconds{5'000'000}};
    const Evidence read = evidence_from(encode(sample(), kNow), later).value().evidence;

    EXPECT_EQ(read.quote->pcrs, sample().quote->pcrs);
    EXPECT_EQ(read.event_log, sample().event_log);
    EXPECT_EQ(read.ima_list, std::nullopt);
    EXPECT_EQ(read.claims.size(), sample().claims.size());
    for (const auto& [name, claim] : sample().claims) {
        ASSERT_NE(read.claims.find(name), nullptr) << name;
        EXPECT_EQ(read.claims.find(name)->value, claim.value) << name;
        EXPECT_EQ(read.claims.find(name)->source, claim.source) << name;
        EXPECT_EQ(later - read.claims.find(name)->observed, kNow - claim.observed) << "ages survive: " << name;
    }
}

TEST(Evidence, NamesThePartOfTheImaListThatIsSentOrThatThereIsNone) {
    const auto read_back = [](const ImaPart& part) {
        Evidence evidence = sample();
        evidence.ima_list = part;
        return evidence_from(encode(evidence, kNow), kNow).value().evidence.ima_list;
    };
    const ImaPart some{3144, BlobName{Digest(HashAlg::Sha256), 512}};
    const ImaPart none{3144, std::nullopt};

    EXPECT_EQ(read_back(some), some);
    EXPECT_EQ(read_back(none), none);
    Json half = parse_json(as_text(encode(sample(), kNow))).value();
    half["ima_list"] = {{"from", 1}, {"size", 5}};
    EXPECT_FALSE(evidence_from(as_bytes(half.dump()), kNow));
}

TEST(Evidence, BothSidesComputeTheSameBinding) {
    EXPECT_EQ(evidence_from(encode(sample(), kNow), kNow).value().binding, binding_of(sample(), kNow));
}

TEST(Evidence, TheBindingCoversNonceLogsAndClaims) {
    const Digest original = binding_of(sample(), kNow);

    Evidence other_nonce = sample();
    other_nonce.nonce[0] ^= 1U;
    Evidence other_log = sample();
    other_log.event_log->size += 1;
    Evidence other_claim = sample();
    other_claim.claims.set("boot.secure_boot", {false, kNow - Milliseconds{500}, "tpm"});

    EXPECT_NE(binding_of(other_nonce, kNow), original);
    EXPECT_NE(binding_of(other_log, kNow), original);
    EXPECT_NE(binding_of(other_claim, kNow), original);
}

TEST(Evidence, ANumberThatIsNoneTravelsAsUnknown) {
    Evidence evidence = sample();
    evidence.claims.set("os.temperature", {std::numeric_limits<double>::quiet_NaN(), kNow, "system"});

    const Evidence read = evidence_from(encode(evidence, kNow), kNow).value().evidence;

    EXPECT_EQ(read.claims.find("os.temperature")->value, ClaimValue{Unknown{"not a finite number"}});
}

// What a device can send at most: every register in every bank, an RSA key's signatures, and claims that the test fills.
Evidence large(const Claims& claims) {
    Evidence evidence = sample();
    evidence.claims = claims;
    evidence.quote->attestation = {Bytes(300, 1), Bytes(520, 2)};
    for (const HashAlg bank : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
        for (unsigned index = 0; index < 24; ++index) evidence.quote->pcrs.set(index, Digest(bank));
    }
    evidence.ima_list = ImaPart{1'000'000'000, BlobName{Digest(HashAlg::Sha256), 1U << 30U}};
    return evidence;
}

// The message: Evidence in a JWS, in a request, in a JWS.
Result<std::string> message_with(const Evidence& evidence) {
    static auto key = crypto::SoftwareKey::generate(KeyAlg::Rsa2048).value();
    const std::string kid = key.public_value().thumbprint();
    ANCHOR_ASSIGN_OR_RETURN(const std::string sealed, crypto::sign_jws(kEvidenceTyp, encode(evidence, kNow), crypto::JwsSigner{kid, key}));
    const Request request{std::string(verb::kEvidence), std::string(64, 't'), sample_device(), Bytes(16, 1), {{"evidence", sealed}}};
    return crypto::sign_jws(kRequestTyp, encode(request), crypto::JwsSigner{kid, key});
}

TEST(Evidence, FitsIntoAMessageWhateverTheClaimsAre) {
    Claims lists;
    for (const auto& builtin : builtin_claims())
        lists.set(std::string(builtin.name), {std::vector<std::string>(1024, std::string(10, 'x')), kNow, "kernel"});
    Claims texts;
    for (int i = 0; i < 340; ++i)
        texts.set("app." + std::to_string(i) + std::string(120, 'x'), {std::string(600, '\x01'), kNow, "app:" + std::string(32, 'u')});
    Claims unknown;
    for (int i = 0; i < 600; ++i) unknown.set("app." + std::to_string(i) + std::string(120, 'x'), {Unknown{"no"}, kNow, "app:plc"});

    for (const Claims& claims : {lists, texts, unknown}) {
        const Evidence evidence = large(claims);
        const auto message = message_with(evidence);
        ASSERT_TRUE(message) << message.error().what;
        EXPECT_LE(message->size(), kMaxMessage);
        const auto read = evidence_from(encode(evidence, kNow), kNow);
        ASSERT_TRUE(read) << read.error().what;
        EXPECT_EQ(read->binding, binding_of(evidence, kNow));
    }
}

TEST(Evidence, LeavesOutTheLargestAndNoMoreThanItMust) {
    Evidence evidence = sample();
    evidence.claims.set("net.listening", {std::vector<std::string>(512, std::string(70, 'x')), kNow, "kernel"});
    for (int i = 10; i < 30; ++i) evidence.claims.set("app.c" + std::to_string(i), {std::string(1000, 'x'), kNow, "app:plc"});

    const Claims read = evidence_from(encode(evidence, kNow), kNow).value().evidence.claims;

    EXPECT_EQ(read.size(), evidence.claims.size());
    for (const auto& [name, claim] : evidence.claims) {
        const ClaimValue expected = name == "net.listening" ? ClaimValue(Unknown{"left out: too much for one message"}) : claim.value;
        EXPECT_EQ(read.find(name)->value, expected) << name;
    }
}

TEST(Evidence, AListThatIsTooLongTravelsAsUnknown) {
    Evidence evidence = sample();
    evidence.claims.set("net.listening", {std::vector<std::string>(1025, "x"), kNow, "kernel"});

    const auto read = evidence_from(encode(evidence, kNow), kNow);

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(std::holds_alternative<Unknown>(read->evidence.claims.find("net.listening")->value));
}

TEST(Evidence, RefusesRegistersThatAreNotOne) {
    Json json = parse_json(as_text(encode(sample(), kNow))).value();
    const std::string value = json["tpm"]["pcrs"]["sha256"]["7"];
    for (const auto* index : {"24", "-1", "0-3", "1,2", "x", ""}) {
        Json bad = json;
        bad["tpm"]["pcrs"]["sha256"][index] = value;
        EXPECT_FALSE(evidence_from(to_bytes(bad.dump()), kNow)) << index;
    }
    json["tpm"]["pcrs"]["sha256"]["7"] = "00";
    EXPECT_FALSE(evidence_from(to_bytes(json.dump()), kNow));
}

TEST(Evidence, RefusesAnotherProfileAndTooManyClaims) {
    Json json = parse_json(as_text(encode(sample(), kNow))).value();
    Json other = json;
    other["eat_profile"] = "urn:anchord:evidence:2";
    EXPECT_FALSE(evidence_from(to_bytes(other.dump()), kNow));
    for (int i = 0; i < 513; ++i) json["claims"]["c" + std::to_string(i)] = {{"unknown", ""}, {"age", 0}, {"source", "x"}};
    EXPECT_EQ(evidence_from(to_bytes(json.dump()), kNow).error().what, "more than 512 claims");
}

TEST(Evidence, AnAgeBeyondAllReasonIsSimplyOld) {
    Json json = parse_json(as_text(encode(sample(), kNow))).value();
    json["claims"]["ima.entries"]["age"] = std::numeric_limits<std::uint64_t>::max();

    const Evidence read = evidence_from(to_bytes(json.dump()), kNow).value().evidence;

    EXPECT_GT(kNow - read.claims.find("ima.entries")->observed, std::chrono::hours{24 * 365});
}

}  // namespace
}  // namespace anchor::protocol
