// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/public_key.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::HasSubstr;

Digest message(HashAlg alg) { return hash(alg, as_bytes("message")); }

TEST(PublicKey, ReadsWhatOpensslWroteAndWritesItTheSame) {
    for (const std::string name : {"p256", "p384", "rsa2048", "rsa3072"}) {
        const std::string pem = vector_text(name + "_public.pem");

        const auto key = PublicKey::from_pem(pem);

        ASSERT_TRUE(key) << name << key.error().what;
        EXPECT_EQ(key->pem(), pem);
    }
    EXPECT_EQ(vector_public("rsa2048").spki().size(), vector_octets("rsa2048_public.der").size());
    EXPECT_EQ(vector_public("p384").algorithm(), KeyAlg::EcP384);
    EXPECT_EQ(vector_public("rsa3072").algorithm(), KeyAlg::Rsa3072);
}

TEST(PublicKey, IsTheSameKeyFromCoordinatesAndFromModulus) {
    const PublicKey ec = vector_public("p256");
    const PublicKey rsa = vector_public("rsa2048");

    EXPECT_EQ(PublicKey::from_ec_point(KeyAlg::EcP256, ec.x(), ec.y()).value(), ec);
    EXPECT_EQ(PublicKey::from_rsa(rsa.modulus(), rsa.exponent()).value(), rsa);
    EXPECT_EQ(rsa.exponent(), 65537U);
    EXPECT_TRUE(rsa.x().empty());
    EXPECT_TRUE(ec.modulus().empty());
}

TEST(PublicKey, PadsCoordinatesThatLostTheirLeadingZeros) {
    // One key in 256 has such an x.
    for (;;) {
        const PublicKey key = SoftwareKey::generate(KeyAlg::EcP256).value().public_value();
        if (key.x()[0] != 0) continue;

        const auto padded = PublicKey::from_ec_point(KeyAlg::EcP256, key.x().subspan(1), key.y());

        ASSERT_TRUE(padded);
        EXPECT_EQ(*padded, key);
        break;
    }
}

// RFC 7638 §3.1
TEST(PublicKey, ThumbprintIsThatOfRfc7638) {
    const Bytes modulus =
        from_base64url(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
            "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
            "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
            .value();

    const auto key = PublicKey::from_rsa(modulus, 65537);

    ASSERT_TRUE(key) << key.error().what;
    EXPECT_EQ(key->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    EXPECT_EQ(vector_public("p256").thumbprint().size(), 43U);
    EXPECT_NE(vector_public("p256").thumbprint(), vector_public("p384").thumbprint());
}

TEST(PublicKey, KeyBitsAreTheContentOfTheBitString) {
    const PublicKey rsa = vector_public("rsa2048");
    const PublicKey ec = vector_public("p384");

    EXPECT_EQ(rsa.key_bits()[0], 0x30);
    EXPECT_EQ(rsa.key_bits().size(), rsa.spki().size() - 24) << "SEQUENCE, algorithm and BIT STRING header take 24 octets";
    EXPECT_EQ(ec.key_bits()[0], 0x04);
    EXPECT_EQ(ec.key_bits().size(), 97U);
}

TEST(PublicKey, RefusesKindsAndSizesThatWeDontUse) {
    for (const std::string name : {"p521", "secp256k1", "rsa1024", "rsa2056", "ed25519", "compressed", "explicit"}) {
        const auto key = PublicKey::from_pem(vector_text("refused_" + name + "_public.pem"));

        ASSERT_FALSE(key) << name;
        EXPECT_EQ(key.error().kind, ErrorKind::Rejected);
    }
}

TEST(PublicKey, RefusesAPointThatIsNotOnItsCurve) {
    const PublicKey key = vector_public("p256");
    Bytes y = to_bytes(key.y());
    y[31] ^= 1U;

    EXPECT_THAT(PublicKey::from_ec_point(KeyAlg::EcP256, key.x(), y).error().what, HasSubstr("not on its curve"));
    EXPECT_FALSE(PublicKey::from_ec_point(KeyAlg::EcP256, Bytes(32, 0), Bytes(32, 0)));
    EXPECT_FALSE(PublicKey::from_ec_point(KeyAlg::EcP256, Bytes(32, 0xff), key.y())) << "x beyond the field";
    EXPECT_FALSE(PublicKey::from_ec_point(KeyAlg::EcP256, Bytes(33, 0x01), key.y())) << "x too long";
    EXPECT_FALSE(PublicKey::from_ec_point(KeyAlg::Rsa2048, key.x(), key.y()));
}

TEST(PublicKey, RefusesPoorRsaNumbers) {
    const PublicKey key = vector_public("rsa2048");
    Bytes even = to_bytes(key.modulus());
    even.back() &= 0xfeU;
    Bytes short_by_a_bit = to_bytes(key.modulus());
    short_by_a_bit[0] &= 0x7fU;

    EXPECT_THAT(PublicKey::from_rsa(even, 65537).error().what, HasSubstr("even"));
    EXPECT_FALSE(PublicKey::from_rsa(short_by_a_bit, 65537));
    EXPECT_FALSE(PublicKey::from_rsa(ByteView(key.modulus()).first(128), 65537));
    EXPECT_FALSE(PublicKey::from_rsa({}, 65537));
    EXPECT_FALSE(PublicKey::from_rsa(key.modulus(), 1));
    EXPECT_FALSE(PublicKey::from_rsa(key.modulus(), 65536));
}

TEST(PublicKey, RefusesOctetsAfterTheEndAndEveryTruncation) {
    Bytes longer = vector_octets("p256_public.der");
    longer.push_back(0);
    const Bytes whole = vector_octets("rsa2048_public.der");

    EXPECT_FALSE(PublicKey::from_spki(longer));
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(PublicKey::from_spki(ByteView(whole).first(size)));
}

TEST(Verify, AcceptsSignaturesOfOpenssl) {
    const PublicKey p256 = vector_public("p256");
    const PublicKey p384 = vector_public("p384");
    const PublicKey rsa = vector_public("rsa2048");

    EXPECT_TRUE(
        p256.verify(SignatureScheme::Ecdsa, message(HashAlg::Sha256), *ecdsa_from_der(KeyAlg::EcP256, vector_octets("p256_sha256.sig"))));
    EXPECT_TRUE(
        p256.verify(SignatureScheme::Ecdsa, message(HashAlg::Sha384), *ecdsa_from_der(KeyAlg::EcP256, vector_octets("p256_sha384.sig"))))
        << "a digest longer than the order is cut";
    EXPECT_TRUE(
        p384.verify(SignatureScheme::Ecdsa, message(HashAlg::Sha384), *ecdsa_from_der(KeyAlg::EcP384, vector_octets("p384_sha384.sig"))));
    EXPECT_TRUE(rsa.verify(SignatureScheme::RsaPkcs1, message(HashAlg::Sha256), vector_octets("rsa2048_pkcs1_sha256.sig")));
    EXPECT_TRUE(rsa.verify(SignatureScheme::RsaPss, message(HashAlg::Sha256), vector_octets("rsa2048_pss_sha256.sig")));
}

TEST(Verify, RefusesAnotherMessageKeySchemeAndSalt) {
    const PublicKey rsa = vector_public("rsa2048");
    const PublicKey p256 = vector_public("p256");
    const Bytes raw = *ecdsa_from_der(KeyAlg::EcP256, vector_octets("p256_sha256.sig"));
    const Bytes pss = vector_octets("rsa2048_pss_sha256.sig");
    const Digest digest = message(HashAlg::Sha256);
    const Digest other = hash(HashAlg::Sha256, as_bytes("massage"));

    EXPECT_FALSE(p256.verify(SignatureScheme::Ecdsa, other, raw));
    EXPECT_FALSE(p256.verify(SignatureScheme::RsaPkcs1, digest, raw));
    EXPECT_FALSE(p256.verify(SignatureScheme::Ecdsa, digest, ByteView(raw).first(63)));
    EXPECT_FALSE(p256.verify(SignatureScheme::Ecdsa, digest, Bytes(64, 0))) << "r and s of zero fit any message for a careless verifier";
    EXPECT_FALSE(SoftwareKey::generate(KeyAlg::EcP256)->public_value().verify(SignatureScheme::Ecdsa, digest, raw));
    EXPECT_FALSE(rsa.verify(SignatureScheme::RsaPss, other, pss));
    EXPECT_FALSE(rsa.verify(SignatureScheme::RsaPkcs1, digest, pss));
    EXPECT_FALSE(rsa.verify(SignatureScheme::Ecdsa, digest, pss));
    EXPECT_FALSE(rsa.verify(SignatureScheme::RsaPss, digest, ByteView(pss).first(255)));
    EXPECT_FALSE(rsa.verify(SignatureScheme::RsaPss, digest, vector_octets("rsa2048_pss_short_salt.sig")));
}

TEST(Verify, NeverAcceptsSha1) {
    const auto verified = vector_public("rsa2048").verify(SignatureScheme::RsaPkcs1, message(HashAlg::Sha1), Bytes(256));

    ASSERT_FALSE(verified);
    EXPECT_THAT(verified.error().what, HasSubstr("SHA-1"));
}

TEST(EcdsaSignature, TurnsIntoDerAndBack) {
    const Bytes der = vector_octets("p256_sha256.sig");
    Bytes raw(64, 0);
    raw[31] = 0x80;  // r needs a leading zero in DER, s is short
    raw[63] = 0x01;

    EXPECT_EQ(ecdsa_to_der(KeyAlg::EcP256, *ecdsa_from_der(KeyAlg::EcP256, der)).value(), der);
    EXPECT_EQ(to_hex(ecdsa_to_der(KeyAlg::EcP256, raw).value()), "300702020080020101");
    EXPECT_EQ(ecdsa_from_der(KeyAlg::EcP256, from_hex("300702020080020101").value()).value(), raw);
}

TEST(EcdsaSignature, HasOneSpelling) {
    for (const std::string hex : {
             "3008020200800202000100",
             "30080202008002020001",
             "3006020180020101",  // padded s, negative r
             "30070202008002010100",
             "30810702020080020101",
             "3080020200800201010000",
             "3003020101",
             "",
         }) {
        EXPECT_FALSE(ecdsa_from_der(KeyAlg::EcP256, from_hex(hex).value())) << hex;
    }
    EXPECT_FALSE(ecdsa_from_der(KeyAlg::EcP256, vector_octets("p384_sha384.sig"))) << "numbers longer than the field";
    EXPECT_FALSE(ecdsa_to_der(KeyAlg::EcP384, Bytes(64)));
    EXPECT_FALSE(ecdsa_to_der(KeyAlg::Rsa2048, Bytes()));
}

}  // namespace
}  // namespace anchor::crypto
