// SPDX-License-Identifier: Apache-2.0
#include "crypto/external_key.h"

#include <array>

#include <gtest/gtest.h>
#include <mbedtls/version.h>

#include <anchor/crypto/hash.h>

#include "crypto/rng.h"
#include "vectors.h"

namespace anchor::crypto {
namespace {

// A key that keeps its public part and refuses to sign, as one whose boot state is not approved.
class RefusingKey final : public DeviceKey {
public:
    explicit RefusingKey(PublicKey key) : key_(std::move(key)) {}
    [[nodiscard]] KeyAlg algorithm() const noexcept override { return key_.algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return key_.spki(); }
    [[nodiscard]] Result<Bytes> sign(SignatureScheme /*scheme*/, const Digest& /*digest*/) override {
        return denied("TPM: policy fails", 0x99d);
    }

private:
    PublicKey key_;
};

struct Signed {
    int code = 0;
    Bytes signature;
};

Signed sign(mbedtls_pk_context* pk, mbedtls_md_type_t md, ByteView digest) {
    std::array<std::uint8_t, MBEDTLS_PK_SIGNATURE_MAX_SIZE> room{};
    std::size_t size = 0;
#if MBEDTLS_VERSION_MAJOR >= 3
    const int code = mbedtls_pk_sign(pk, md, digest.data(), digest.size(), room.data(), room.size(), &size, rng, nullptr);
#else
    const int code = mbedtls_pk_sign(pk, md, digest.data(), digest.size(), room.data(), &size, rng, nullptr);
#endif
    return {code, Bytes(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size))};
}

TEST(ExternalKey, SignsThroughMbedtlsWithTheDevicesKey) {
    for (const std::string name : {"p256", "p384"}) {
        SoftwareKey key = vector_key(name);
        const Digest digest = hash(HashAlg::Sha384, as_bytes("message"));
        auto external = ExternalKey::make(key);
        ASSERT_TRUE(external) << external.error().what;

        const Signed made = sign((*external)->context(), MBEDTLS_MD_SHA384, digest.view());

        ASSERT_EQ(made.code, 0);
        EXPECT_TRUE(key.public_value().verify(SignatureScheme::Ecdsa, digest, *ecdsa_from_der(key.algorithm(), made.signature)));
        EXPECT_FALSE((*external)->take_signer_error());
    }
}

TEST(ExternalKey, SignsWithRsaToo) {
    SoftwareKey key = vector_key("rsa2048");
    const Digest digest = hash(HashAlg::Sha256, as_bytes("message"));
    auto external = ExternalKey::make(key);
    ASSERT_TRUE(external);

    const Signed made = sign((*external)->context(), MBEDTLS_MD_SHA256, digest.view());

    ASSERT_EQ(made.code, 0);
    EXPECT_TRUE(key.public_value().verify(SignatureScheme::RsaPkcs1, digest, made.signature));
}

TEST(ExternalKey, LooksLikeAnOrdinaryKeyToMbedtls) {
    SoftwareKey key = vector_key("p256");
    auto external = ExternalKey::make(key);
    mbedtls_pk_context* pk = (*external)->context();

    EXPECT_EQ(mbedtls_pk_get_type(pk), MBEDTLS_PK_ECKEY);
    EXPECT_EQ(mbedtls_pk_can_do(pk, MBEDTLS_PK_ECDSA), 1);
    EXPECT_EQ(mbedtls_pk_get_bitlen(pk), 256U);
}

TEST(ExternalKey, KeepsTheSignersOwnReason) {
    for (const std::string name : {"p256", "rsa2048"}) {
        RefusingKey key(vector_public(name));
        auto external = ExternalKey::make(key);
        ASSERT_TRUE(external);

        const Signed made = sign((*external)->context(), MBEDTLS_MD_SHA256, hash(HashAlg::Sha256, as_bytes("message")).view());
        const auto reason = (*external)->take_signer_error();

        EXPECT_NE(made.code, 0);
        ASSERT_TRUE(reason);
        EXPECT_EQ(reason->kind, ErrorKind::Denied);
        EXPECT_EQ(reason->native, 0x99d);
        EXPECT_FALSE((*external)->take_signer_error()) << "taken once";
    }
}

TEST(ExternalKey, RefusesDigestsThatWeDontSign) {
    SoftwareKey key = vector_key("p256");
    auto external = ExternalKey::make(key);

    const Signed md5 = sign((*external)->context(), MBEDTLS_MD_MD5, Bytes(16));
    const auto reason = (*external)->take_signer_error();

    EXPECT_NE(md5.code, 0);
    ASSERT_TRUE(reason);
    EXPECT_EQ(reason->kind, ErrorKind::Rejected);
}

}  // namespace
}  // namespace anchor::crypto
