// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/cipher.h>

#include <gtest/gtest.h>

namespace anchor::crypto {
namespace {

class OaepForAKey : public testing::Test {
protected:
    static const SoftwareKey& key() {
        static const SoftwareKey made = SoftwareKey::generate(KeyAlg::Rsa2048).value();
        return made;
    }
    SecretBytes secret_ = SecretBytes::copy_of(as_bytes("seed"));
};

TEST_F(OaepForAKey, GivesTheOwnerTheSecret) {
    const Bytes encrypted = rsa_oaep_encrypt(key().public_value(), HashAlg::Sha256, as_bytes("label"), secret_).value();

    EXPECT_TRUE(rsa_oaep_decrypt(key(), HashAlg::Sha256, as_bytes("label"), encrypted).value().matches(secret_.view()));
}

TEST_F(OaepForAKey, RefusesAnotherLabelHashOrCiphertextWithTheSameWords) {
    Bytes encrypted = rsa_oaep_encrypt(key().public_value(), HashAlg::Sha256, as_bytes("label"), secret_).value();

    const auto label = rsa_oaep_decrypt(key(), HashAlg::Sha256, as_bytes("other"), encrypted);
    const auto hash = rsa_oaep_decrypt(key(), HashAlg::Sha384, as_bytes("label"), encrypted);
    encrypted[9] ^= 1U;
    const auto changed = rsa_oaep_decrypt(key(), HashAlg::Sha256, as_bytes("label"), encrypted);

    ASSERT_FALSE(label);
    ASSERT_FALSE(hash);
    ASSERT_FALSE(changed);
    EXPECT_EQ(label.error().what, hash.error().what);
    EXPECT_EQ(label.error().what, changed.error().what);
}

TEST_F(OaepForAKey, RefusesASecretThatDoesNotFit) {
    EXPECT_FALSE(rsa_oaep_encrypt(key().public_value(), HashAlg::Sha256, {}, SecretBytes(256)));
}

}  // namespace
}  // namespace anchor::crypto
