// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_key_forge.h>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/public_key.h>
#include <anchor/tpm/esys_quoter.h>
#include <anchor/tpmwire/attestation.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

class ForgeOnSwtpm : public TpmFixture {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (!IsSkipped()) ak_ = attestation_key();
    }
    [[nodiscard]] static tpmwire::PublicArea area_of(const KeyBlob& blob) {
        return tpmwire::parse_sized_public_area(blob.public_area).value();
    }

    KeyBlob ak_;
};

TEST_F(ForgeOnSwtpm, SignsWithEveryCurveAndDigest) {
    EsysKeyForge forge(device_, ak_.clone());
    for (const KeyAlg alg : {KeyAlg::EcP256, KeyAlg::EcP384}) {
        const auto key = forge.load(forge.make(alg).value()).value();
        const auto verifier = crypto::PublicKey::from_spki(key->public_key()).value();
        for (const HashAlg hash : {HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
            const Digest digest = crypto::hash(hash, as_bytes("message"));

            const auto signature = key->sign(SignatureScheme::Ecdsa, digest);

            ASSERT_TRUE(signature) << to_string(alg) << to_string(hash) << signature.error().what;
            EXPECT_TRUE(verifier.verify(SignatureScheme::Ecdsa, digest, *signature)) << to_string(alg) << to_string(hash);
        }
    }
}

TEST_F(ForgeOnSwtpm, SignsWithRsaInBothSchemes) {
    EsysKeyForge forge(device_, ak_.clone());
    const auto key = forge.load(forge.make(KeyAlg::Rsa2048).value()).value();
    const auto verifier = crypto::PublicKey::from_spki(key->public_key()).value();
    for (const SignatureScheme scheme : {SignatureScheme::RsaPkcs1, SignatureScheme::RsaPss}) {
        const Digest digest = crypto::hash(HashAlg::Sha256, as_bytes("message"));

        const auto signature = key->sign(scheme, digest);

        ASSERT_TRUE(signature) << signature.error().what;
        EXPECT_TRUE(verifier.verify(scheme, digest, *signature));
    }
}

TEST_F(ForgeOnSwtpm, RefusesASchemeOfAnotherKeyAndSha1) {
    EsysKeyForge forge(device_, ak_.clone());
    const auto key = forge.load(forge.make(KeyAlg::EcP256).value()).value();

    EXPECT_EQ(failure(key->sign(SignatureScheme::RsaPss, Digest(HashAlg::Sha256))),
              "rejected: the signature scheme does not fit a key of ec-p256");
    EXPECT_EQ(failure(key->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha1))), "rejected: SHA-1 is not signed");
}

TEST_F(ForgeOnSwtpm, CertifiesItsKeysByTheAttestationKey) {
    EsysKeyForge forge(device_, ak_.clone());
    const KeyBlob blob = forge.make(KeyAlg::EcP256).value();

    const auto certified = forge.certify(blob, as_bytes("nonce"));

    ASSERT_TRUE(certified) << certified.error().what;
    EXPECT_TRUE(tpmwire::verify_certify(*certified, area_of(ak_), area_of(blob), {.extra_data = to_bytes("nonce")}));
    EXPECT_FALSE(
        tpmwire::verify_certify(*certified, area_of(ak_), area_of(forge.make(KeyAlg::EcP256).value()), {.extra_data = to_bytes("nonce")}));
    EXPECT_TRUE(tpmwire::check_device_key(area_of(blob), sign_only_policy().digest));
}

TEST_F(ForgeOnSwtpm, LoadsAKeyAgainAfterARestart) {
    const KeyBlob blob = EsysKeyForge(device_, ak_.clone()).make(KeyAlg::EcP256).value();
    ASSERT_TRUE(tpm_->power_cut());
    EsysKeyForge later(another_device({.storage_root_name = device_->storage_root_name().value()}), ak_.clone());

    const auto key = later.load(blob);

    ASSERT_TRUE(key) << key.error().what;
    EXPECT_TRUE((*key)->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256)));
}

TEST_F(ForgeOnSwtpm, CallsAKeyOfAnotherTpmStale) {
    const KeyBlob blob = EsysKeyForge(device_, ak_.clone()).make(KeyAlg::EcP256).value();
    manufacture({});
    EsysKeyForge forge(device_, KeyBlob{});

    EXPECT_EQ(failure(forge.load(blob)).substr(0, 38), "stale: the key was made by another TPM");
}

TEST_F(ForgeOnSwtpm, CallsABrokenBlobCorruptOrStale) {
    EsysKeyForge forge(device_, ak_.clone());
    KeyBlob blob = forge.make(KeyAlg::EcP256).value();
    blob.private_area.writable()[20] ^= 1U;

    EXPECT_EQ(failure(forge.load(blob)).substr(0, 5), "stale");
    blob.public_area.resize(9);
    EXPECT_EQ(failure(forge.load(blob)).substr(0, 7), "corrupt");
}

TEST_F(ForgeOnSwtpm, LoadsNoKeyOfAnotherPolicy) {
    const KeyPolicy other{tpmwire::PolicyDigest(HashAlg::Sha256).auth_value().value(), {}};
    const KeyBlob blob = EsysKeyForge(device_, ak_.clone(), other).make(KeyAlg::EcP256).value();

    EXPECT_EQ(failure(EsysKeyForge(device_, ak_.clone()).load(blob)), "denied: the device key was made for another policy");
}

TEST_F(ForgeOnSwtpm, SignsForNobodyWhoOnlyKnowsTheEmptyPassword) {
    const KeyBlob blob = EsysKeyForge(device_, ak_.clone()).make(KeyAlg::EcP256).value();
    device_ = another_device();  // the keys of the first one go, and leave room
    const auto folder = tpm_->scratch().path() + "/";
    tpm_->scratch().write("key.pub", blob.public_area);
    tpm_->scratch().write("key.priv", blob.private_area.view());
    const auto loaded = tpm_->tool("tpm2_load -C " + storage_root_of_the_tools() + " -u " + folder + "key.pub -r " + folder +
                                   "key.priv -c " + folder + "key");
    ASSERT_TRUE(loaded.ok()) << loaded.output;
    ASSERT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
    ASSERT_TRUE(tpm_->tool("tpm2_startauthsession --policy-session -S " + folder + "session").ok());
    ASSERT_TRUE(tpm_->tool("tpm2_policycommandcode -S " + folder + "session TPM2_CC_Sign").ok());
    const std::string sign = "tpm2_sign -c " + folder + "key -g sha256 -s ecdsa -o " + folder + "signature " + folder + "key.pub";

    const auto by_password = tpm_->tool(sign);
    const auto by_policy = tpm_->tool(sign + " -p session:" + folder + "session");

    EXPECT_FALSE(by_password.ok());
    EXPECT_NE(by_password.output.find("0x12F"), std::string::npos) << by_password.output;  // TPM_RC_AUTH_UNAVAILABLE
    EXPECT_TRUE(by_policy.ok()) << by_policy.output;
    for (const char* what : {"-t", "-l", "-s"}) static_cast<void>(tpm_->tool(std::string("tpm2_flushcontext ") + what));
}

}  // namespace
}  // namespace anchor::tpm
