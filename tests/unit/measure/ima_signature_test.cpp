// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_signature.h>

#include "ima_list.h"

namespace anchor::measure {
namespace {

Bytes vector_of(const std::string& name) { return file_octets(std::string(ANCHOR_SOURCE_DIR) + "/tests/vectors/ima/" + name); }

crypto::PublicKey key_of(const std::string& name) { return crypto::PublicKey::from_pem(as_text(vector_of(name + ".pub.pem"))).value(); }

ImaKeys all_keys() {
    ImaKeys keys;
    for (const char* name : {"rsa", "p256", "p384"}) keys.add(key_of(name));
    return keys;
}

/// The digest of the signed file, as an entry would carry it.
struct Measured {
    Measured(HashAlg alg, std::string_view type = {}) : value(crypto::hash(alg, vector_of("file"))) {
        digest = {type, to_string(alg), alg, value.view()};
    }
    Digest value;
    ImaDigest digest;
};

TEST(ImaSignature, OfEvmctlIsVerifiedWithEveryKindOfKey) {
    const ImaKeys keys = all_keys();

    EXPECT_EQ(keys.verify(vector_of("rsa-sha256.sig"), Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(vector_of("rsa-sha512.sig"), Measured(HashAlg::Sha512).digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(vector_of("p256-sha256.sig"), Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(vector_of("p256-sha512.sig"), Measured(HashAlg::Sha512).digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(vector_of("p384-sha384.sig"), Measured(HashAlg::Sha384).digest), ImaSignatureVerdict::Valid);
}

TEST(ImaSignature, OfVersion3CoversTheKindOfTheDigest) {
    const ImaKeys keys = all_keys();
    const Bytes verity = vector_of("p256-sha256-verity-v3.sig");
    const Bytes file = vector_of("p256-sha256-file-v3.sig");

    EXPECT_EQ(keys.verify(verity, Measured(HashAlg::Sha256, "verity").digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(file, Measured(HashAlg::Sha256, "ima").digest), ImaSignatureVerdict::Valid);
    EXPECT_EQ(keys.verify(verity, Measured(HashAlg::Sha256, "ima").digest), ImaSignatureVerdict::Wrong);
    EXPECT_EQ(keys.verify(file, Measured(HashAlg::Sha256, "verity").digest), ImaSignatureVerdict::Wrong);
    EXPECT_EQ(keys.verify(vector_of("p256-sha256.sig"), Measured(HashAlg::Sha256, "verity").digest), ImaSignatureVerdict::Wrong);
}

TEST(ImaSignature, IsWrongForAnotherDigestOrAnotherAlgorithm) {
    const ImaKeys keys = all_keys();
    Measured other(HashAlg::Sha256);
    other.value.writable()[0] ^= 1U;

    EXPECT_EQ(keys.verify(vector_of("rsa-sha256.sig"), other.digest), ImaSignatureVerdict::Wrong);
    EXPECT_EQ(keys.verify(vector_of("p256-sha256.sig"), other.digest), ImaSignatureVerdict::Wrong);
    EXPECT_EQ(keys.verify(vector_of("rsa-sha256.sig"), Measured(HashAlg::Sha512).digest), ImaSignatureVerdict::Wrong);
}

TEST(ImaSignature, OfAKeyThatNobodyTrustsIsNotValid) {
    ImaKeys keys;
    keys.add(key_of("p384"));

    EXPECT_EQ(keys.verify(vector_of("rsa-sha256.sig"), Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::UnknownKey);
}

TEST(ImaSignature, IsFoundUnderTheKeyIdOfItsCertificate) {
    const auto signature = ImaSignature::parse(vector_of("rsa-sha256.sig"));
    ASSERT_TRUE(signature);
    Bytes renamed = vector_of("rsa-sha256.sig");
    std::ranges::copy(Bytes{1, 2, 3, 4}, renamed.begin() + 3);
    ImaKeys keys;
    keys.add(key_of("p256"), 0x01020304U);
    keys.add(key_of("rsa"), 0x01020304U);

    EXPECT_EQ(ima_key_id_text(signature->key), to_hex(ByteView(vector_of("rsa-sha256.sig")).subspan(3, 4)));
    EXPECT_EQ(keys.verify(renamed, Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Valid) << "every key of the id is tried";
}

TEST(ImaSignature, ThatRestsOnSha1CountsOnlyForAKeyThatMay) {
    ImaKeys allowed;
    allowed.add(key_of("rsa"), std::nullopt, true);
    ImaKeys strangers;
    strangers.add(key_of("p256"), std::nullopt, true);

    for (const char* name : {"rsa-sha1.sig", "rsa-sha1-v1.sig"}) {
        EXPECT_EQ(all_keys().verify(vector_of(name), Measured(HashAlg::Sha1).digest), ImaSignatureVerdict::Unsupported) << name;
        EXPECT_EQ(allowed.verify(vector_of(name), Measured(HashAlg::Sha1).digest), ImaSignatureVerdict::Valid) << name;
        EXPECT_EQ(strangers.verify(vector_of(name), Measured(HashAlg::Sha1).digest), ImaSignatureVerdict::UnknownKey) << name;
        EXPECT_EQ(allowed.verify(vector_of(name), Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Wrong) << name;
    }
    EXPECT_EQ(allowed.verify(vector_of("rsa-sha256.sig"), Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Valid);
}

TEST(ImaSignature, OfVersion1CoversItsHeader) {
    ImaKeys keys;
    keys.add(key_of("rsa"), std::nullopt, true);
    Bytes later = vector_of("rsa-sha1-v1.sig");
    later[2] ^= 1U;  // the time of signing

    EXPECT_EQ(keys.verify(later, Measured(HashAlg::Sha1).digest), ImaSignatureVerdict::Wrong);
    EXPECT_EQ(keys.verify(vector_of("rsa-sha1-v1.sig"), Measured(HashAlg::Sha1, "verity").digest), ImaSignatureVerdict::Wrong);
}

TEST(ImaSignature, IsRefusedInEveryTruncationAndExtension) {
    for (const char* name : {"p256-sha256.sig", "rsa-sha1-v1.sig"}) {
        const Bytes whole = vector_of(name);
        for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(ImaSignature::parse(ByteView(whole).first(size))) << size;
        Bytes longer = whole;
        longer.push_back(0);
        EXPECT_FALSE(ImaSignature::parse(longer)) << name;
    }
    Bytes longer = vector_of("p256-sha256.sig");
    longer.push_back(0);
    EXPECT_FALSE(ImaSignature::parse(Bytes{4, 4, 1, 2, 3})) << "a digest attribute is no signature";
    EXPECT_EQ(all_keys().verify(longer, Measured(HashAlg::Sha256).digest), ImaSignatureVerdict::Malformed);
}

}  // namespace
}  // namespace anchor::measure
