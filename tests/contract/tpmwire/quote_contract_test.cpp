// SPDX-License-Identifier: Apache-2.0

// Live statements of a TPM, made by tpm2-tools, judged by us.

#include <gmock/gmock.h>

#include <anchor/tpmwire/attestation.h>

#include <anchor/base/encoding.h>

#include "tools.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;

class LiveQuote : public WithATpm {
protected:
    void SetUp() override {
        WithATpm::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        make_attestation_key("ecc256:ecdsa-sha256:null", "sha256");
        ak_ = area_of("ak");
        ASSERT_TRUE(check_attestation_key(ak_));
    }

    Attestation quote(const std::string& extra_data) {
        must("tpm2_quote -c @ak.ctx -l sha256:7,16 -q " + extra_data + " -m @attest -s @sig");
        flush();
        return {tpm_->scratch().read("attest"), tpm_->scratch().read("sig")};
    }
    static PcrValues zeros() {
        PcrValues values;
        for (const unsigned index : {7U, 16U}) values.set(index, Digest(HashAlg::Sha256));
        return values;
    }
    static Expectations bound_to(std::string_view extra_data) {
        return {.extra_data = from_hex(extra_data).value(), .parent_qualified_name = {}, .earlier = {}};
    }

    PublicArea ak_;
    std::vector<PcrSelection> wanted_{{HashAlg::Sha256, 1U << 7 | 1U << 16}};
};

TEST_F(LiveQuote, IsAcceptedAndRefusedAfterAnExtend) {
    ASSERT_TRUE(verify_quote({quote("aabb"), zeros()}, ak_, wanted_, bound_to("aabb")));
    must("tpm2_pcrextend 16:sha256=" + std::string(64, 'e'));

    const auto judged = verify_quote({quote("aabb"), zeros()}, ak_, wanted_, bound_to("aabb"));

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("pcrDigest"));
}

TEST_F(LiveQuote, OfAnotherNonceIsRefused) {
    const auto judged = verify_quote({quote("aabb"), zeros()}, ak_, wanted_, bound_to("aabc"));

    ASSERT_FALSE(judged);
    EXPECT_THAT(judged.error().what, HasSubstr("extraData"));
}

// The AK is in the owner hierarchy: the count that is seen is obfuscated, its growth is not.
TEST_F(LiveQuote, AfterAPowerCutSaysThatTheDeviceRebooted) {
    const auto first = verify_quote({quote("aa"), zeros()}, ak_, wanted_, bound_to("aa"));
    ASSERT_TRUE(first) << first.error().what;
    ASSERT_TRUE(tpm_->power_cut());
    must("tpm2_createprimary -C o -G ecc256 -c @srk.ctx");
    flush();
    must("tpm2_load -C @srk.ctx -u @ak.tpub -r @ak.tprv -c @ak.ctx");
    flush();
    Expectations expectations = bound_to("bb");
    expectations.earlier = first->circumstances.as_earlier();

    const auto second = verify_quote({quote("bb"), zeros()}, ak_, wanted_, expectations);

    ASSERT_TRUE(second) << second.error().what;
    EXPECT_TRUE(second->circumstances.rebooted);
    EXPECT_FALSE(second->circumstances.firmware_changed);
}

TEST_F(LiveQuote, OfTimeIsAcceptedWithWhatWasSeenBefore) {
    const auto first = verify_quote({quote("aa"), zeros()}, ak_, wanted_, bound_to("aa"));
    ASSERT_TRUE(first) << first.error().what;
    must("tpm2_gettime -c @ak.ctx -q cc --attestation @attest -o @sig");
    Expectations expectations = bound_to("cc");
    expectations.earlier = first->circumstances.as_earlier();

    const auto judged = verify_time({tpm_->scratch().read("attest"), tpm_->scratch().read("sig")}, ak_, expectations);

    ASSERT_TRUE(judged) << judged.error().what;
    EXPECT_FALSE(judged->circumstances.rebooted);
}

}  // namespace
}  // namespace anchor::tpmwire
