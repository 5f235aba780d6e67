// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_quoter.h>

#include <anchor/base/encoding.h>
#include <anchor/tpmwire/templates.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

class QuoterOnSwtpm : public TpmFixture, public testing::WithParamInterface<KeyAlg> {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (IsSkipped()) return;
        auto quoter = EsysQuoter::from(device_, attestation_key(GetParam()));
        ASSERT_TRUE(quoter) << quoter.error().what;
        quoter_ = std::move(*quoter);
        area_ = tpmwire::parse_public_area(quoter_->public_area()).value();
    }
    void TearDown() override {
        quoter_.reset();
        TpmFixture::TearDown();
    }

    [[nodiscard]] std::string file(const std::string& name) const { return tpm_->scratch().path(name); }

    std::unique_ptr<EsysQuoter> quoter_;
    tpmwire::PublicArea area_;
};

const std::vector<PcrSelection> kTwoBanks = {{HashAlg::Sha1, 0x000003}, {HashAlg::Sha256, 0x810005}};

TEST_P(QuoterOnSwtpm, QuotesWhatTheVerifierAccepts) {
    const auto quote = quoter_->quote(kTwoBanks, as_bytes("nonce"));

    ASSERT_TRUE(quote) << quote.error().what;
    const auto verified = tpmwire::verify_quote(*quote, area_, kTwoBanks, {.extra_data = to_bytes("nonce")});
    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_EQ(verified->pcrs, quote->pcrs);
    EXPECT_EQ(verified->pcrs.size(), 6U);
}

TEST_P(QuoterOnSwtpm, QuotesWhatTheToolsAccept) {
    const auto quote = quoter_->quote({{HashAlg::Sha256, 0xFF}}, *from_hex("00112233445566778899"));
    ASSERT_TRUE(quote) << quote.error().what;
    tpm_->scratch().write("ak.pem", tpmwire::public_key_of(area_).value().pem());
    tpm_->scratch().write("quote", quote->attestation.attest);
    tpm_->scratch().write("signature", quote->attestation.signature);

    const auto check = tpm_->tool("tpm2_checkquote -u " + file("ak.pem") + " -m " + file("quote") + " -s " + file("signature") +
                                  " -q 00112233445566778899");
    const auto other = tpm_->tool("tpm2_checkquote -u " + file("ak.pem") + " -m " + file("quote") + " -s " + file("signature") +
                                  " -q 00112233445566778800");

    EXPECT_TRUE(check.ok()) << check.output;
    EXPECT_FALSE(other.ok()) << other.output;
}

TEST_P(QuoterOnSwtpm, SeesARegisterThatWasExtendedSinceTheLastQuote) {
    const std::vector<PcrSelection> selection = {{HashAlg::Sha256, 1U << 16U}};
    const auto before = quoter_->quote(selection, as_bytes("n"));
    ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());

    const auto after = quoter_->quote(selection, as_bytes("n"));

    ASSERT_TRUE(before) << before.error().what;
    ASSERT_TRUE(after) << after.error().what;
    EXPECT_NE(before->pcrs, after->pcrs);
    EXPECT_TRUE(tpmwire::verify_quote(*after, area_, selection, {.extra_data = to_bytes("n")}));
}

TEST_P(QuoterOnSwtpm, SaysWhichRegistersTheTpmDoesNotHave) {
    const auto quote = quoter_->quote({{HashAlg::Sha256, 1}, {HashAlg::Sha512, 1}}, as_bytes("n"));

    EXPECT_EQ(failure(quote), "denied: the TPM does not have all of sha512:0");
}

TEST_P(QuoterOnSwtpm, RefusesNoRegisterAtAllAndTooMuchExtraData) {
    EXPECT_EQ(failure(quoter_->quote({}, as_bytes("n"))), "rejected: no PCR is selected");
    EXPECT_EQ(failure(quoter_->quote({{HashAlg::Sha256, 1}}, Bytes(67))).substr(0, 8), "rejected");
}

TEST_P(QuoterOnSwtpm, AttestsTimeThatGoesForward) {
    const auto first = quoter_->attest_time(as_bytes("head"));
    ASSERT_TRUE(first) << first.error().what;
    const auto earlier = tpmwire::verify_time(*first, area_, {.extra_data = to_bytes("head")});
    ASSERT_TRUE(earlier) << earlier.error().what;

    ASSERT_TRUE(tpm_->power_cut());
    const auto second = quoter_->attest_time(as_bytes("next"));

    ASSERT_TRUE(second) << second.error().what;
    const auto later =
        tpmwire::verify_time(*second, area_, {.extra_data = to_bytes("next"), .earlier = earlier->circumstances.as_earlier()});
    ASSERT_TRUE(later) << later.error().what;
    EXPECT_TRUE(later->circumstances.rebooted);
}

INSTANTIATE_TEST_SUITE_P(Keys, QuoterOnSwtpm, testing::Values(KeyAlg::EcP256, KeyAlg::EcP384, KeyAlg::Rsa2048), [](const auto& test) {
    return std::string(to_string(test.param)).replace(to_string(test.param).find('-'), 1, "_");
});

class QuoteOfOthers : public TpmFixture {};

TEST_F(QuoteOfOthers, OfTheToolsIsVerified) {
    const auto folder = tpm_->scratch().path() + "/";
    ASSERT_TRUE(tpm_->tool("tpm2_createek -G ecc -c " + folder + "ek").ok());
    const auto made = tpm_->tool("tpm2_createak -C " + folder + "ek -c " + folder + "ak -G ecc -g sha256 -s ecdsa -u " + folder + "ak.pub");
    ASSERT_TRUE(made.ok()) << made.output;
    ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
    const auto quoted = tpm_->tool("tpm2_quote -c " + folder + "ak -l sha256:0,16 -q abcd -m " + folder + "q -s " + folder + "s -g sha256");
    ASSERT_TRUE(quoted.ok()) << quoted.output;
    ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());

    const auto area = tpmwire::parse_sized_public_area(tpm_->scratch().read("ak.pub"));
    ASSERT_TRUE(area) << area.error().what;
    const std::vector<PcrSelection> wanted = {{HashAlg::Sha256, 0x010001}};
    const Quote quote{{tpm_->scratch().read("q"), tpm_->scratch().read("s")}, device_->pcrs(wanted).value()};

    const auto verified = tpmwire::verify_quote(quote, *area, wanted, {.extra_data = *from_hex("abcd")});

    EXPECT_TRUE(verified) << verified.error().what;
}

TEST_F(QuoteOfOthers, IsNotMadeWithTheBlobOfAnotherKindOfKey) {
    EXPECT_EQ(failure(EsysQuoter::from(device_, KeyBlob{to_bytes("?"), {}})).substr(0, 7), "corrupt");
}

}  // namespace
}  // namespace anchor::tpm
