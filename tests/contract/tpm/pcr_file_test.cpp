// SPDX-License-Identifier: Apache-2.0

// Evidence for people with tpm2-tools: our quote, its registers in the tools' own form, judged by the tools.

#include <anchor/tpmwire/pcr_file.h>

#include <anchor/base/encoding.h>
#include <anchor/tpm/esys_quoter.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

class PcrFile : public TpmFixture {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (IsSkipped()) return;
        auto quoter = EsysQuoter::from(device_, attestation_key(KeyAlg::EcP256));
        ASSERT_TRUE(quoter) << quoter.error().what;
        quoter_ = std::move(*quoter);
        tpm_->scratch().write("ak.pub", tpmwire::marshal_sized(tpmwire::parse_public_area(quoter_->public_area()).value()));
        ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 9:sha256=" + std::string(64, 'a')).ok());
    }
    void TearDown() override {
        quoter_.reset();
        TpmFixture::TearDown();
    }

    // What `anchorctl evidence` writes, for tpm2_checkquote.
    [[nodiscard]] parts::CommandResult check(const std::vector<PcrSelection>& selections, const PcrValues* others = nullptr) {
        const auto quote = quoter_->quote(selections, from_hex("00112233").value());
        if (!quote) return {1, quote.error().what};
        tpm_->scratch().write("quote.msg", quote->attestation.attest);
        tpm_->scratch().write("quote.sig", quote->attestation.signature);
        tpm_->scratch().write("quote.pcrs", tpmwire::pcr_file(selections, others != nullptr ? *others : quote->pcrs).value());
        const std::string folder = tpm_->scratch().path() + "/";
        return tpm_->tool("tpm2_checkquote -u " + folder + "ak.pub -m " + folder + "quote.msg -s " + folder + "quote.sig -f " + folder +
                          "quote.pcrs -q 00112233");
    }

    std::unique_ptr<EsysQuoter> quoter_;
};

TEST_F(PcrFile, IsAcceptedWithItsQuoteByTheTools) {
    const auto one_bank = check({{HashAlg::Sha256, 0x3FF}});
    const auto two_banks = check({{HashAlg::Sha1, 0x2}, {HashAlg::Sha256, 0x8103FF}});

    EXPECT_TRUE(one_bank.ok()) << one_bank.output;
    EXPECT_TRUE(two_banks.ok()) << two_banks.output;
}

TEST_F(PcrFile, OfOtherValuesIsRefusedByTheTools) {
    PcrValues others;
    for (unsigned i = 0; i < 10; ++i) others.set(i, Digest(HashAlg::Sha256));

    const auto checked = check({{HashAlg::Sha256, 0x3FF}}, &others);

    EXPECT_FALSE(checked.ok()) << "PCR 9 was extended";
}

TEST_F(PcrFile, IsWhatTheToolsWrite) {
    const std::string folder = tpm_->scratch().path() + "/";
    const auto read = tpm_->tool("tpm2_pcrread sha1:1+sha256:0,1,2,3,4,5,6,7,8,9 -o " + folder + "tools.pcrs -F serialized");
    const std::vector<PcrSelection> selections = {{HashAlg::Sha1, 0x2}, {HashAlg::Sha256, 0x3FF}};

    const auto ours = tpmwire::pcr_file(selections, device_->pcrs(selections).value());

    ASSERT_TRUE(read.ok()) << read.output;
    EXPECT_EQ(ours.value(), tpm_->scratch().read("tools.pcrs"));
}

TEST(PcrFileOf, SelectedRegistersNeedsAllOfTheirValues) {
    const auto file = tpmwire::pcr_file({{HashAlg::Sha256, 1U << 7U}}, {});

    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().what, "no value of PCR 7 in sha256");
}

}  // namespace
}  // namespace anchor::tpm
