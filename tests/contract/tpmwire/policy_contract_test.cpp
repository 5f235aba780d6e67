// SPDX-License-Identifier: Apache-2.0

// The whole policy of a device key, computed in software and satisfied in a TPM.

#include <anchor/tpmwire/policy_digest.h>

#include <gmock/gmock.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpmwire/attestation.h>
#include <anchor/tpmwire/nv_public.h>
#include <anchor/tpmwire/templates.h>

#include "tools.h"

namespace anchor::tpmwire {
namespace {

namespace na = nv_attribute;
constexpr std::uint64_t kPlentyOfTime = 1'000'000'000;

class DeviceKeyPolicy : public WithATpm {
protected:
    // An authority's approval of the boot state with PCR 16 zero, and a key that needs it and the kill counter at one.
    void SetUp() override {
        WithATpm::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        must("tpm2_nvdefine -C o -s 8 -a nt=counter|ownerread|ownerwrite|authread|authwrite|no_da 0x01801000");
        must("tpm2_nvincrement -C o 0x01801000");
        const Digest policy = device_key_policy(HashAlg::Sha256, name_of(authority_area_), device_, name_of(counter()), 1);
        tpm_->scratch().write("policy", policy.view());
        must("tpm2_createprimary -C o -G ecc256 -c @srk.ctx");
        flush();
        must(
            "tpm2_create -C @srk.ctx -G ecc256:null:null -L @policy -u @key.tpub -r @key.tprv "
            "-a fixedtpm|fixedparent|sensitivedataorigin|noda|sign");
        flush();
        must("tpm2_load -C @srk.ctx -u @key.tpub -r @key.tprv -c @key.ctx");
        flush();
        ASSERT_TRUE(check_device_key(area_of("key"), policy));
        approve();
    }

    static NvPublic counter() {
        return {.index = 0x01801000,
                .attributes = na::kCounter | na::kOwnerRead | na::kOwnerWrite | na::kAuthRead | na::kAuthWrite | na::kNoDa | na::kWritten,
                .auth_policy = {},
                .data_size = 8};
    }
    void approve() {
        PcrValues values;
        values.set(16, Digest(HashAlg::Sha256));
        const Digest approved = boot_state_policy(HashAlg::Sha256, {{HashAlg::Sha256, 1U << 16}}, values, kPlentyOfTime).value();
        const Bytes reference = to_bytes(device_.text());
        const Bytes plain = authority_.sign(SignatureScheme::Ecdsa, authorization_digest(HashAlg::Sha256, approved, reference)).value();
        const Signature signature{.value = to_bytes(ByteView(plain).first(32)), .value_s = to_bytes(ByteView(plain).last(32))};
        Bytes message = to_bytes(approved.view());
        append(message, reference);
        tpm_->scratch().write("message", message);
        tpm_->scratch().write("approved", approved.view());
        tpm_->scratch().write("reference", reference);
        tpm_->scratch().write("approval", marshal(signature));
        tpm_->scratch().write("authority", marshal_sized(authority_area_));
        tpm_->scratch().write("authority.name", name_of(authority_area_));
    }
    // The commands of a device that wants to sign: what the first one that failed said, or nothing.
    std::string sign() {
        // In the owner hierarchy: the ticket of the null hierarchy is empty and approves nothing (Part 3 §20.1).
        must("tpm2_loadexternal -C o -u @authority -c @authority.ctx");
        must("tpm2_verifysignature -c @authority.ctx -g sha256 -m @message -s @approval -t @ticket");
        flush();
        must("tpm2_startauthsession --policy-session -S @session");
        must("tpm2_policypcr -S @session -l sha256:16");
        must("tpm2_policycountertimer -S @session --ule clock=" + std::to_string(kPlentyOfTime));
        tpm_->scratch().write("one", from_hex("0000000000000001").value());
        std::string refusal;
        for (const char* words : {"tpm2_policyauthorize -S @session -i @approved -q @reference -n @authority.name -t @ticket",
                                  "tpm2_policynv -S @session -C o -i @one 0x01801000 eq",
                                  "tpm2_sign -c @key.ctx -g sha256 -s ecdsa -o @signature -p session:@session @message"}) {
            const auto result = tpm_->tool(in_folder(words));
            if (!result.ok()) refusal = words + result.output;
            if (!result.ok()) break;
        }
        flush();
        return refusal;
    }

    crypto::SoftwareKey authority_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    PublicArea authority_area_ = external_key_area(authority_.public_value(), HashAlg::Sha256);
    DeviceId device_ = device_id_of(authority_area_);  // any one will do
};

TEST_F(DeviceKeyPolicy, LetsTheKeySignInTheApprovedState) { EXPECT_EQ(sign(), ""); }

TEST_F(DeviceKeyPolicy, StopsTheKeyInAnotherState) {
    must("tpm2_pcrextend 16:sha256=" + std::string(64, 'e'));
    EXPECT_THAT(sign(), testing::StartsWith("tpm2_policyauthorize"));
}

TEST_F(DeviceKeyPolicy, StopsTheKeyForGoodWhenTheCounterMoves) {
    must("tpm2_nvincrement -C o 0x01801000");
    EXPECT_THAT(sign(), testing::StartsWith("tpm2_policynv"));
}

}  // namespace
}  // namespace anchor::tpmwire
