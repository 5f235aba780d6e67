// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpmwire/policy_digest.h>
#include <anchor/tpmwire/templates.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;

const std::vector<PcrSelection>& wanted() {
    static const std::vector<PcrSelection> registers{{HashAlg::Sha384, 1U << 16}, {HashAlg::Sha256, 1U << 0 | 1U << 7 | 1U << 16}};
    return registers;
}

Expectations bound_to(Bytes extra_data) {
    return {.extra_data = std::move(extra_data), .parent_qualified_name = vector_of("parent.qname"), .earlier = {}};
}

class VerifiedBy : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Verify, VerifiedBy, testing::Values("ak_p256", "ak_p384", "ak_rsa2048", "ak_rsa2048pss"));

TEST_P(VerifiedBy, AQuoteIsAccepted) {
    const auto verified =
        verify_quote({statement_by(GetParam(), "quote"), vector_pcrs()}, area_of(GetParam()), wanted(), bound_to(vector_extra_data()));

    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_EQ(verified->pcrs, vector_pcrs());
    EXPECT_GT(verified->circumstances.clock.clock, 0U);
}

TEST_P(VerifiedBy, ACertificationIsAccepted) {
    const auto attestation = statement_by(GetParam(), "certify");

    const auto verified = verify_certify(attestation, area_of(GetParam()), area_of("device_p256"), bound_to(certify_extra_data()));

    ASSERT_TRUE(verified) << verified.error().what;
}

TEST_P(VerifiedBy, ATimeLaterThanAQuoteIsAccepted) {
    const auto quoted =
        verify_quote({statement_by(GetParam(), "quote"), vector_pcrs()}, area_of(GetParam()), wanted(), bound_to(vector_extra_data()));
    ASSERT_TRUE(quoted) << quoted.error().what;
    Expectations expectations = bound_to(vector_extra_data());
    expectations.earlier = quoted->circumstances.as_earlier();

    const auto verified = verify_time(statement_by(GetParam(), "time"), area_of(GetParam()), expectations);

    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_FALSE(verified->circumstances.rebooted);
    EXPECT_FALSE(verified->circumstances.firmware_changed);
}

TEST_P(VerifiedBy, AQuoteByAnotherKeyIsRefused) {
    const std::string other = std::string(GetParam()) == "ak_p256" ? "ak_rsa2048" : "ak_p256";

    const auto verified =
        verify_quote({statement_by(GetParam(), "quote"), vector_pcrs()}, area_of(other), wanted(), bound_to(vector_extra_data()));

    ASSERT_FALSE(verified);
    EXPECT_THAT(verified.error().what, HasSubstr("quote: signature"));
}

// An AK in software, so that statements can be signed that no TPM would sign.
class Judgement : public testing::Test {
protected:
    Judgement() : key_(crypto::SoftwareKey::generate(KeyAlg::EcP256).value()), ak_(attestation_key_template(KeyAlg::EcP256).value()) {
        ak_.unique = to_bytes(key_.public_value().x());
        ak_.unique_y = to_bytes(key_.public_value().y());
        pcrs_.set(0, crypto::hash(HashAlg::Sha256, as_bytes("firmware")));
        pcrs_.set(7, crypto::hash(HashAlg::Sha256, as_bytes("secure boot")));
        statement_.qualified_signer = qualified_name_of(ak_, parent_);
        statement_.extra_data = {0xAA, 0xBB};
        statement_.clock = {.clock = 5000, .reset_count = 3, .restart_count = 1, .safe = true};
        statement_.firmware_version = 42;
        statement_.attested = QuoteStatement{selections_, to_bytes(pcr_digest(HashAlg::Sha256, selections_, pcrs_).value().view())};
        expectations_ = {.extra_data = {0xAA, 0xBB}, .parent_qualified_name = parent_, .earlier = {}};
    }

    Attestation sign(Bytes attest) {
        const Digest digest = crypto::hash(HashAlg::Sha256, attest);
        const Bytes plain = key_.sign(SignatureScheme::Ecdsa, digest).value();
        const Signature signature{.value = to_bytes(ByteView(plain).first(32)), .value_s = to_bytes(ByteView(plain).last(32))};
        return {std::move(attest), marshal(signature)};
    }
    Result<VerifiedQuote> judge() { return verify_quote({sign(marshal(statement_)), pcrs_}, ak_, selections_, expectations_); }
    std::string refusal() {
        const auto judged = judge();
        return judged ? "accepted" : judged.error().what;
    }
    void remember(std::function<void(Earlier&)> change) {
        expectations_.earlier = Earlier{statement_.clock, statement_.qualified_signer, statement_.firmware_version};
        change(*expectations_.earlier);
    }

    crypto::SoftwareKey key_;
    PublicArea ak_;
    Bytes parent_ = name_of_handle(kOwnerHierarchy);
    std::vector<PcrSelection> selections_{{HashAlg::Sha256, 1U << 0 | 1U << 7}};
    PcrValues pcrs_;
    Statement statement_;
    Expectations expectations_;
};

TEST_F(Judgement, AcceptsWhatIsRight) {
    const auto judged = judge();

    ASSERT_TRUE(judged) << judged.error().what;
    EXPECT_EQ(judged->circumstances.clock, statement_.clock);
    EXPECT_EQ(judged->circumstances.firmware_version, 42U);
}

TEST_F(Judgement, RefusesAnotherMagicThoughTheSignatureIsRight) {
    Bytes attest = marshal(statement_);
    attest[3] ^= 1U;

    const auto judged = verify_quote({sign(attest), pcrs_}, ak_, selections_, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("TPM_GENERATED"));
}

TEST_F(Judgement, RefusesAStatementOfAnotherType) {
    statement_.attested = TimeStatement{};

    EXPECT_THAT(refusal(), HasSubstr("quote: type: not a quote"));
}

TEST_F(Judgement, RefusesOctetsThatWereChangedAfterSigning) {
    Quote quote{sign(marshal(statement_)), pcrs_};
    quote.attestation.attest.back() ^= 1U;

    const auto judged = verify_quote(quote, ak_, selections_, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("signature: not by this attestation key"));
}

TEST_F(Judgement, RefusesASchemeThatIsNotTheKeys) {
    ak_.scheme->hash = HashAlg::Sha384;

    EXPECT_THAT(refusal(), HasSubstr("not in the scheme of the attestation key"));
}

TEST_F(Judgement, RefusesAnotherSignerUnderTheParent) {
    statement_.qualified_signer.back() ^= 1U;

    EXPECT_THAT(refusal(), HasSubstr("qualifiedSigner: not this attestation key"));
}

TEST_F(Judgement, RefusesASignerOfAnotherFormWhereTheParentIsNotKnown) {
    expectations_.parent_qualified_name.reset();
    ASSERT_TRUE(judge());
    statement_.qualified_signer[1] = 0x0C;  // SHA-384

    EXPECT_THAT(refusal(), HasSubstr("qualifiedSigner: not a name"));
}

TEST_F(Judgement, RefusesAnotherSignerThanBefore) {
    remember([](Earlier& earlier) { earlier.qualified_signer.back() ^= 1U; });

    EXPECT_THAT(refusal(), HasSubstr("qualifiedSigner: another one than before"));
}

TEST_F(Judgement, RefusesAForeignNonce) {
    expectations_.extra_data = {0xAA};

    EXPECT_THAT(refusal(), HasSubstr("extraData"));
}

TEST_F(Judgement, RefusesAQuoteOverOtherRegisters) {
    const auto judged = verify_quote({sign(marshal(statement_)), pcrs_}, ak_, {{HashAlg::Sha256, 1U << 0}}, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("pcrSelect: sha256:0,7 is quoted, sha256:0 is wanted"));
}

TEST_F(Judgement, RefusesAQuoteOverAnotherBank) {
    const auto judged = verify_quote({sign(marshal(statement_)), pcrs_}, ak_, {{HashAlg::Sha1, 1U << 0 | 1U << 7}}, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("sha1:0,7 is wanted"));
}

TEST_F(Judgement, RefusesRegisterValuesThatWereNotQuoted) {
    pcrs_.set(7, Digest(HashAlg::Sha256));
    EXPECT_THAT(refusal(), HasSubstr("pcrDigest"));
}

TEST_F(Judgement, RefusesValuesBesideTheQuotedOnes) {
    pcrs_.set(8, Digest(HashAlg::Sha256));
    EXPECT_THAT(refusal(), HasSubstr("some beside the quote are not quoted"));
}

TEST_F(Judgement, RefusesAMissingValue) {
    pcrs_ = {};
    EXPECT_THAT(refusal(), HasSubstr("PCR 0 of sha256: no value"));
}

TEST_F(Judgement, RefusesAResetCountThatFell) {
    remember([](Earlier& earlier) { earlier.clock.reset_count = 4; });
    EXPECT_THAT(refusal(), HasSubstr("resetCount"));
}

TEST_F(Judgement, RefusesARestartCountThatFellWithoutAReset) {
    remember([](Earlier& earlier) { earlier.clock.restart_count = 2; });
    EXPECT_THAT(refusal(), HasSubstr("restartCount"));
}

TEST_F(Judgement, RefusesAClockThatFell) {
    remember([](Earlier& earlier) { earlier.clock.clock = 5001; });
    EXPECT_THAT(refusal(), HasSubstr("clock: 5000 ms, but it was at 5001"));
}

// Part 1 §36.3: after a power cut the clock goes on from what was saved, and says that it is not safe.
TEST_F(Judgement, ToleratesAnUnsafeClockAfterAResetWithinWhatATpmMayLose) {
    remember([](Earlier& earlier) {
        earlier.clock.clock += 1000;
        earlier.clock.reset_count = 2;
    });
    EXPECT_THAT(refusal(), HasSubstr("clock"));
    statement_.clock.safe = false;
    EXPECT_EQ(refusal(), "accepted");
    expectations_.earlier->clock.clock += std::uint64_t{1} << 22U;
    EXPECT_THAT(refusal(), HasSubstr("clock"));
}

// Obfuscation adds a constant: the count may wrap around while it grows.
TEST_F(Judgement, KnowsAResetAlsoWhereTheObfuscatedCountWraps) {
    remember([](Earlier& earlier) { earlier.clock.reset_count = 0xFFFFFFFF; });

    const auto judged = judge();

    ASSERT_TRUE(judged) << judged.error().what;
    EXPECT_TRUE(judged->circumstances.rebooted);
    EXPECT_FALSE(judged->circumstances.resumed);
}

TEST_F(Judgement, ReportsASleepAndAnotherFirmware) {
    remember([](Earlier& earlier) {
        earlier.clock.restart_count = 0;
        earlier.firmware_version = 41;
    });

    const auto judged = judge();

    ASSERT_TRUE(judged) << judged.error().what;
    EXPECT_TRUE(judged->circumstances.resumed);
    EXPECT_FALSE(judged->circumstances.rebooted);
    EXPECT_TRUE(judged->circumstances.firmware_changed);
}

TEST_F(Judgement, RefusesTheCertificationOfAnotherKey) {
    const PublicArea device = area_of("device_p256");
    statement_.attested = CertifyStatement{name_of(device), qualified_name_of(device, parent_)};
    const Attestation attestation = sign(marshal(statement_));
    ASSERT_TRUE(verify_certify(attestation, ak_, device, expectations_));
    PublicArea other = device;
    other.attributes |= object_attribute::kUserWithAuth;

    const auto judged = verify_certify(attestation, ak_, other, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("certification: name: another key"));
}

TEST_F(Judgement, RefusesTheCertificationOfAKeyUnderAnotherParent) {
    const PublicArea device = area_of("device_p256");
    statement_.attested = CertifyStatement{name_of(device), vector_of("device_p256.qname")};

    const auto judged = verify_certify(sign(marshal(statement_)), ak_, device, expectations_);

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("qualifiedName"));
}

}  // namespace
}  // namespace anchor::tpmwire
