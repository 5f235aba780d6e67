// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/hash.h>

#include <gtest/gtest.h>

#include <anchor/base/encoding.h>

namespace anchor::crypto {
namespace {

// FIPS 180-4 examples: the message "abc"
TEST(Hash, FollowsTheExamplesOfFips180) {
    EXPECT_EQ(hash(HashAlg::Sha1, as_bytes("abc")).text(), "sha1:a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hash(HashAlg::Sha256, as_bytes("abc")).text(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash(HashAlg::Sha384, as_bytes("abc")).text(),
              "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    EXPECT_EQ(hash(HashAlg::Sha512, as_bytes("abc")).text(),
              "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Hash, DoesNotCareHowTheMessageIsCut) {
    for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
        Hasher hasher(alg);
        hasher.update(as_bytes("a"));
        hasher.update(as_bytes(""));
        hasher.update(as_bytes("bc"));

        const Digest whole = hash(alg, as_bytes("abc"));

        EXPECT_EQ(hasher.finish(), whole);
        EXPECT_EQ(hash(alg, {as_bytes("ab"), as_bytes("c")}), whole);
        EXPECT_EQ(hasher.finish(), hash(alg, ByteView{})) << "a finished hasher begins anew";
    }
}

// RFC 4231 test cases 2 and 6
TEST(Hmac, FollowsTheVectorsOfRfc4231) {
    EXPECT_EQ(to_hex(hmac(HashAlg::Sha256, as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")}).view()),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac(HashAlg::Sha384, Bytes(131, 0xaa), {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")}).view()),
              "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
}

TEST(Extend, IsTheHashOfOldValueAndEvent) {
    const Digest event = hash(HashAlg::Sha256, as_bytes("event"));
    const Digest start(HashAlg::Sha256);

    EXPECT_EQ(extend(start, event), hash(HashAlg::Sha256, {Bytes(32, 0), event.view()}));
    EXPECT_NE(extend(extend(start, event), start), extend(extend(start, start), event));
}

}  // namespace
}  // namespace anchor::crypto
