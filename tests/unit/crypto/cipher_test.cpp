// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/cipher.h>

#include <gtest/gtest.h>
#include <mbedtls/version.h>

#include <anchor/base/encoding.h>

#include "crypto/rng.h"
#include "crypto/software_key.h"
#include "vectors.h"

namespace anchor::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

const Bytes kIv = hex("000102030405060708090a0b0c0d0e0f");
const Bytes kPlain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");

// NIST SP 800-38A §F.3.13 and §F.3.17, the first two blocks
TEST(AesCfb, FollowsTheVectorsOfSp80038a) {
    const SecretBytes key128(hex("2b7e151628aed2a6abf7158809cf4f3c"));
    const SecretBytes key256(hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));

    EXPECT_EQ(to_hex(aes_cfb_encrypt(key128, kIv, kPlain).value()), "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b");
    EXPECT_EQ(to_hex(aes_cfb_encrypt(key256, kIv, kPlain).value()), "dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b");
    EXPECT_TRUE(aes_cfb_decrypt(key256, kIv, aes_cfb_encrypt(key256, kIv, kPlain).value())->matches(kPlain));
}

TEST(AesCfb, KeepsTheLengthAlsoInTheMiddleOfABlock) {
    const SecretBytes key(Bytes(16, 1));

    const Bytes cipher = aes_cfb_encrypt(key, kIv, ByteView(kPlain).first(21)).value();

    EXPECT_EQ(cipher.size(), 21U);
    EXPECT_TRUE(aes_cfb_decrypt(key, kIv, cipher)->matches(ByteView(kPlain).first(21)));
    EXPECT_EQ(aes_cfb_encrypt(key, kIv, {})->size(), 0U);
}

TEST(AesCfb, RefusesOtherLengths) {
    EXPECT_FALSE(aes_cfb_encrypt(SecretBytes(Bytes(24)), kIv, kPlain));
    EXPECT_FALSE(aes_cfb_encrypt(SecretBytes(), kIv, kPlain));
    EXPECT_FALSE(aes_cfb_decrypt(SecretBytes(Bytes(16)), Bytes(15), kPlain));
}

// The recipient's half, which only tests need.
int oaep_decrypt(const SoftwareKey& key, HashAlg hash, ByteView label, ByteView cipher, Bytes& out) {
    mbedtls_rsa_context* rsa = mbedtls_pk_rsa(*key.state().pk.get());
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, hash == HashAlg::Sha256 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384);
    out.resize(256);
    std::size_t size = 0;
#if MBEDTLS_VERSION_MAJOR >= 3
    const int code =
        mbedtls_rsa_rsaes_oaep_decrypt(rsa, rng, nullptr, label.data(), label.size(), &size, cipher.data(), out.data(), out.size());
#else
    const int code = mbedtls_rsa_rsaes_oaep_decrypt(rsa, rng, nullptr, MBEDTLS_RSA_PRIVATE, label.data(), label.size(), &size,
                                                    cipher.data(), out.data(), out.size());
#endif
    out.resize(code == 0 ? size : 0);
    return code;
}

TEST(RsaOaep, IsReadByTheRightKeyHashAndLabel) {
    const SoftwareKey recipient = vector_key("rsa2048");
    const Bytes label = {'I', 'D', 'E', 'N', 'T', 'I', 'T', 'Y', 0};
    const SecretBytes secret(Bytes(32, 7));

    const Bytes cipher = rsa_oaep_encrypt(recipient.public_value(), HashAlg::Sha256, label, secret).value();

    Bytes plain;
    EXPECT_EQ(oaep_decrypt(recipient, HashAlg::Sha256, label, cipher, plain), 0);
    EXPECT_TRUE(secret.matches(plain));
    EXPECT_NE(oaep_decrypt(recipient, HashAlg::Sha384, label, cipher, plain), 0);
    EXPECT_NE(oaep_decrypt(recipient, HashAlg::Sha256, ByteView(label).first(8), cipher, plain), 0) << "without the label's closing zero";
}

TEST(RsaOaep, RefusesOtherKeysAndLongMessages) {
    EXPECT_FALSE(rsa_oaep_encrypt(vector_public("p256"), HashAlg::Sha256, {}, SecretBytes(Bytes(16))));
    EXPECT_FALSE(rsa_oaep_encrypt(vector_public("rsa2048"), HashAlg::Sha256, {}, SecretBytes(Bytes(191)))) << "190 octets fit";
    EXPECT_TRUE(rsa_oaep_encrypt(vector_public("rsa2048"), HashAlg::Sha256, {}, SecretBytes(Bytes(190))));
}

TEST(DiffieHellman, BothSidesSeeTheSamePoint) {
    for (const KeyAlg curve : {KeyAlg::EcP256, KeyAlg::EcP384}) {
        const SoftwareKey recipient = SoftwareKey::generate(curve).value();

        const auto share = ecdh_ephemeral(recipient.public_value());

        ASSERT_TRUE(share);
        EXPECT_EQ(share->shared_x.size(), field_size(curve));
        EXPECT_TRUE(ecdh_shared_x(recipient, share->ephemeral)->matches(share->shared_x.view()));
        EXPECT_FALSE(ecdh_ephemeral(recipient.public_value())->shared_x.matches(share->shared_x.view())) << "made for one use";
    }
}

// RFC 5903 §8.1: the initiator's private key, the responder's public one
TEST(DiffieHellman, FollowsTheVectorOfRfc5903) {
    const Bytes sec1 = hex("30310201010420c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433a00a06082a8648ce3d030107");
    const SoftwareKey initiator = SoftwareKey::parse(sec1).value();
    const PublicKey responder =
        PublicKey::from_ec_point(KeyAlg::EcP256, hex("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"),
                                 hex("56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab"))
            .value();

    EXPECT_EQ(to_hex(ecdh_shared_x(initiator, responder)->view()), "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

TEST(DiffieHellman, StaysOnOneCurve) {
    EXPECT_FALSE(ecdh_ephemeral(vector_public("rsa2048")));
    EXPECT_FALSE(ecdh_shared_x(vector_key("p256"), vector_public("p384")));
    EXPECT_FALSE(ecdh_shared_x(vector_key("rsa2048"), vector_public("rsa2048")));
}

}  // namespace
}  // namespace anchor::crypto
