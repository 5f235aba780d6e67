// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/private_key.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/hash.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

const Digest kDigest = hash(HashAlg::Sha256, as_bytes("message"));

TEST(SoftwareKey, ReadsEveryFormatThatOpensslWrites) {
    const PublicKey p256 = vector_public("p256");

    EXPECT_EQ(vector_key("p256").public_value(), p256);
    EXPECT_EQ(vector_key("p256_sec1").public_value(), p256);
    EXPECT_EQ(SoftwareKey::parse(vector_octets("p384_key.der"))->public_value(), vector_public("p384"));
    EXPECT_EQ(vector_key("rsa2048").public_value(), vector_public("rsa2048"));
    EXPECT_EQ(SoftwareKey::parse(vector_octets("p256_encrypted_key.pem"), as_bytes("correct"))->public_value(), p256);
}

TEST(SoftwareKey, WithAPassPhraseNeedsTheRightOne) {
    const Bytes encrypted = vector_octets("p256_encrypted_key.pem");

    EXPECT_EQ(SoftwareKey::parse(encrypted).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(SoftwareKey::parse(encrypted, as_bytes("wrong")).error().kind, ErrorKind::Rejected);
}

TEST(SoftwareKey, RefusesWhatIsNoPrivateKey) {
    Bytes truncated = vector_octets("p384_key.der");
    truncated.resize(truncated.size() / 2);

    EXPECT_FALSE(SoftwareKey::parse(vector_octets("p256_public.pem")));
    EXPECT_FALSE(SoftwareKey::parse(truncated));
    EXPECT_FALSE(SoftwareKey::parse({}));
    EXPECT_FALSE(SoftwareKey::parse(Bytes((16U << 10U) + 1, '-')));
}

TEST(SoftwareKey, RefusesAPrivatePartThatBelongsToAnotherPublicPart) {
    Bytes der = vector_octets("p384_key.der");
    const SoftwareKey foreign = SoftwareKey::generate(KeyAlg::EcP384).value();
    const ByteView other = foreign.public_value().key_bits();
    std::copy(other.begin(), other.end(), der.end() - static_cast<std::ptrdiff_t>(other.size()));

    EXPECT_FALSE(SoftwareKey::parse(der));
}

TEST(SoftwareKey, SignsWhatItsPublicKeyVerifies) {
    for (const KeyAlg alg : {KeyAlg::EcP256, KeyAlg::EcP384}) {
        auto key = SoftwareKey::generate(alg);
        for (const HashAlg digest_alg : {HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
            const Digest digest = hash(digest_alg, as_bytes("message"));

            const auto signature = key->sign(SignatureScheme::Ecdsa, digest);

            ASSERT_TRUE(signature);
            EXPECT_EQ(signature->size(), 2 * field_size(alg));
            EXPECT_TRUE(key->public_value().verify(SignatureScheme::Ecdsa, digest, *signature));
        }
    }
    SoftwareKey rsa = vector_key("rsa2048");
    for (const SignatureScheme scheme : {SignatureScheme::RsaPkcs1, SignatureScheme::RsaPss, SignatureScheme::RsaPkcs1}) {
        EXPECT_TRUE(rsa.public_value().verify(scheme, kDigest, rsa.sign(scheme, kDigest).value()));
    }
}

TEST(SoftwareKey, RefusesASchemeThatDoesNotFitAndSha1) {
    SoftwareKey ec = vector_key("p256");
    SoftwareKey rsa = vector_key("rsa2048");

    EXPECT_EQ(ec.sign(SignatureScheme::RsaPss, kDigest).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(rsa.sign(SignatureScheme::Ecdsa, kDigest).error().kind, ErrorKind::Rejected);
    EXPECT_EQ(ec.sign(SignatureScheme::Ecdsa, hash(HashAlg::Sha1, as_bytes("message"))).error().kind, ErrorKind::Rejected);
}

TEST(SoftwareKey, SignsEcdsaDeterministically) {
    SoftwareKey key = vector_key("p256");

    EXPECT_EQ(key.sign(SignatureScheme::Ecdsa, kDigest).value(), key.sign(SignatureScheme::Ecdsa, kDigest).value());
}

TEST(SoftwareKey, ComesBackFromItsPkcs8) {
    for (const std::string name : {"p256", "p384", "rsa2048"}) {
        const SoftwareKey key = vector_key(name);

        const SecretBytes pem = key.to_pkcs8_pem();

        EXPECT_THAT(std::string(as_text(pem.view())), testing::StartsWith("-----BEGIN PRIVATE KEY-----\n"));
        EXPECT_EQ(SoftwareKey::parse(pem.view())->public_value(), key.public_value());
    }
}

TEST(SoftwareKey, WritesPkcs8ThatIsTheOneOfOpensslForRsa) {
    EXPECT_EQ(std::string(as_text(vector_key("rsa2048").to_pkcs8_pem().view())), vector_text("rsa2048_key.pem"));
}

TEST(SoftwareKey, IsNewAtEachGeneration) {
    EXPECT_FALSE(SoftwareKey::generate(KeyAlg::EcP256)->public_value() == SoftwareKey::generate(KeyAlg::EcP256)->public_value());
    EXPECT_EQ(SoftwareKey::generate(KeyAlg::Rsa2048)->algorithm(), KeyAlg::Rsa2048);
}

}  // namespace
}  // namespace anchor::crypto
