// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/encoding.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

// RFC 4648 §10
TEST(Encoding, FollowsTheVectorsOfRfc4648) {
    EXPECT_EQ(to_base64(as_bytes("")), "");
    EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
    EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
    EXPECT_EQ(to_base64url(as_bytes("f")), "Zg");
    EXPECT_EQ(to_base32(as_bytes("fooba")), "mzxw6ytb");
    EXPECT_EQ(to_base32(as_bytes("foob")), "mzxw6yq");
    EXPECT_EQ(to_hex(as_bytes("foobar")), "666f6f626172");
}

TEST(Encoding, ReadsBackEveryOctet) {
    Bytes all;
    for (int i = 0; i < 256; ++i) {
        all.push_back(static_cast<std::uint8_t>(i));
        EXPECT_EQ(from_hex(to_hex(all)).value(), all);
        EXPECT_EQ(from_base64(to_base64(all)).value(), all);
        EXPECT_EQ(from_base64url(to_base64url(all)).value(), all);
    }
}

TEST(Encoding, TheUrlAlphabetIsNotTheOtherOne) {
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
    EXPECT_FALSE(from_base64url("+/8"));
    EXPECT_FALSE(from_base64("-_8="));
}

TEST(Encoding, RefusesEverySecondSpelling) {
    EXPECT_FALSE(from_base64url("Zh")) << "non-zero trailing bits";
    EXPECT_FALSE(from_base64url("Zg=="));
    EXPECT_FALSE(from_base64url("Z"));
    EXPECT_FALSE(from_base64url("Z g"));
    EXPECT_FALSE(from_base64("Zg"));
    EXPECT_FALSE(from_base64("Zg=a"));
    EXPECT_FALSE(from_base64("===="));
    EXPECT_FALSE(from_hex("abc"));
    EXPECT_EQ(from_hex("abxd").error().what, "hex: no digit at offset 2");
}

}  // namespace
}  // namespace anchor
