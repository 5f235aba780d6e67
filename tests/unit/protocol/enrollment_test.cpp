// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/enrollment.h>

#include <gtest/gtest.h>

#include <anchor/crypto/private_key.h>

#include "samples.h"

namespace anchor::protocol {
namespace {

EnrollBegin sample_begin() {
    EnrollBegin begin;
    begin.endorsement = Endorsement{Bytes{1}, Bytes{2}, {Bytes{3}, Bytes{4}}};
    begin.ak_public = Bytes{5};
    begin.device_key_public = Bytes{6};
    begin.certification = Attestation{Bytes{7}, Bytes{8}};
    begin.request = Bytes{9};
    begin.labels = {{"serial", "42"}};
    return begin;
}

TEST(EnrollBegin, IsReadBackWithAndWithoutATpm) {
    EnrollBegin software;
    software.request = Bytes{9};

    EXPECT_EQ(to_json(enroll_begin_from(to_json(sample_begin())).value()), to_json(sample_begin()));
    EXPECT_EQ(to_json(enroll_begin_from(to_json(software)).value()), to_json(software));
}

TEST(EnrollBegin, RefusesHalfATpm) {
    for (const auto* key : {"ek", "ak_public", "device_key_public", "certification"}) {
        Json body = to_json(sample_begin());
        body.erase(key);
        EXPECT_FALSE(enroll_begin_from(body)) << "without " << key;
    }
}

TEST(EnrollBegin, BoundsTheLabels) {
    Json body = to_json(sample_begin());
    body["labels"]["long"] = std::string(257, 'x');
    EXPECT_FALSE(enroll_begin_from(body));
}

TEST(EnrollBegin, RefusesALabelThatCouldSteerATerminal) {
    for (const auto* text : {"\x1b]0;gone\x07", "two\nlines", "\x7f",
                             "\xc2\x9b"
                             "2J"}) {
        Json value = to_json(sample_begin());
        value["labels"]["site"] = text;
        EXPECT_FALSE(enroll_begin_from(value));
        Json name = to_json(sample_begin());
        name["labels"][text] = "x";
        EXPECT_FALSE(enroll_begin_from(name));
    }
    Json body = to_json(sample_begin());
    body["labels"]["site"] = "Füllstation 北";
    EXPECT_TRUE(enroll_begin_from(body));
}

TEST(EnrollChallenge, IsReadBackAndBounded) {
    const EnrollChallenge challenge{Bytes{1}, Bytes{2}, Bytes{3}, Bytes{4}, Seconds{60}};
    EXPECT_EQ(to_json(enroll_challenge_from(to_json(challenge)).value()), to_json(challenge));

    Json forever = to_json(challenge);
    forever["expires_in"] = 1'000'000;
    EXPECT_FALSE(enroll_challenge_from(forever));
}

TEST(EnrollGrant, IsReadBackAndRefusesAPortThatIsNone) {
    const EnrollGrant grant{{Bytes{1}, Bytes{2}}, "a", "s", {"p"}, "r", "broker.example", 8883};
    EXPECT_EQ(to_json(enroll_grant_from(to_json(grant)).value()), to_json(grant));

    Json bad = to_json(grant);
    bad["broker"]["port"] = 65536;
    EXPECT_FALSE(enroll_grant_from(bad));
}

TEST(EnrollmentProof, ChangesWithEachOfItsParts) {
    const SecretBytes secret(Bytes{1, 2, 3});
    const Digest zero(HashAlg::Sha256);
    const Digest one = Digest::from(HashAlg::Sha256, Bytes(32, 1)).value();
    const Digest proof = enrollment_proof(secret, zero, zero, zero);

    EXPECT_NE(enrollment_proof(SecretBytes(Bytes{1, 2, 4}), zero, zero, zero), proof);
    EXPECT_NE(enrollment_proof(secret, one, zero, zero), proof);
    EXPECT_NE(enrollment_proof(secret, zero, one, zero), proof);
    EXPECT_NE(enrollment_proof(secret, zero, zero, one), proof);
}

TEST(ClaimBundle, IsReadBackAndSaysWhatItIsNot) {
    const crypto::PublicKey key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value().public_value();
    const ClaimBundle bundle{"acme", "batch-1", "localhost", 8884, {Bytes{1}}, SecretBytes(Bytes{'k'}), "jws", {{key.thumbprint(), key}}};
    const SecretBytes text = encode(bundle);

    const ClaimBundle read = claim_bundle_from(as_text(text.view())).value();

    EXPECT_EQ(read.claim, "batch-1");
    EXPECT_TRUE(read.private_key.matches(as_bytes("k")));
    EXPECT_EQ(read.authority, bundle.authority);
    EXPECT_EQ(claim_bundle_from(R"({"format":"x"})").error().what,
              "not a claim bundle: \"format\" is \"x\", expected \"anchord-claim-bundle-1\"");
}

}  // namespace
}  // namespace anchor::protocol
