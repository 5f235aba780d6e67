// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/digest.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

constexpr HashAlg kAll[] = {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512};

TEST(Algorithm, ReadsBackEveryNameAndNumber) {
    for (const HashAlg alg : kAll) {
        EXPECT_EQ(hash_alg_from(to_string(alg)), alg);
        EXPECT_EQ(hash_alg_from_tpm(tpm_alg_id(alg)), alg);
    }
    for (const KeyAlg alg : {KeyAlg::EcP256, KeyAlg::EcP384, KeyAlg::Rsa2048, KeyAlg::Rsa3072, KeyAlg::Rsa4096}) {
        EXPECT_EQ(key_alg_from(to_string(alg)), alg);
    }
    EXPECT_EQ(hash_alg_from("md5"), std::nullopt);
    EXPECT_EQ(hash_alg_from_tpm(0x0012), std::nullopt);
    EXPECT_EQ(key_alg_from("rsa-1024"), std::nullopt);
}

TEST(Digest, HasTheLengthOfItsAlgorithm) {
    for (const HashAlg alg : kAll) {
        EXPECT_TRUE(Digest::from(alg, Bytes(digest_size(alg), 7)));
        EXPECT_FALSE(Digest::from(alg, Bytes(digest_size(alg) - 1, 7)));
        EXPECT_FALSE(Digest::from(alg, Bytes(digest_size(alg) + 1, 7)));
    }
}

TEST(Digest, IsNotEqualUnderAnotherAlgorithm) {
    EXPECT_NE(Digest(HashAlg::Sha1), Digest(HashAlg::Sha256));
    EXPECT_EQ(Digest(HashAlg::Sha256), Digest::from(HashAlg::Sha256, Bytes(32, 0)).value());
}

TEST(Digest, ReadsBackItsText) {
    const Digest digest = Digest::from(HashAlg::Sha384, Bytes(48, 0xab)).value();
    EXPECT_EQ(Digest::from_text(digest.text()).value(), digest);
    for (const auto* text : {"", "sha256", "sha256:", "sha256:abcd", "md5:d41d8cd98f00b204e9800998ecf8427e", ":00"}) {
        EXPECT_FALSE(Digest::from_text(text)) << text;
    }
}

}  // namespace
}  // namespace anchor
