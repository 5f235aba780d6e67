// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/secret_bytes.h>

#include <type_traits>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(SecretBytes, CannotBeCopiedByAccident) {
    EXPECT_FALSE(std::is_copy_constructible_v<SecretBytes>);
    EXPECT_FALSE(std::is_copy_assignable_v<SecretBytes>);
    EXPECT_TRUE(std::is_nothrow_move_constructible_v<SecretBytes>);
}

TEST(SecretBytes, ComparesContentAndLength) {
    const SecretBytes secret(Bytes{1, 2, 3});
    EXPECT_TRUE(secret.matches(Bytes{1, 2, 3}));
    EXPECT_FALSE(secret.matches(Bytes{1, 2, 4}));
    EXPECT_FALSE(secret.matches(Bytes{1, 2}));
}

TEST(SecretBytes, IsEmptyAfterItMovedOn) {
    SecretBytes first(Bytes{1, 2, 3});
    SecretBytes second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
    first = std::move(second);
    EXPECT_EQ(first.size(), 3U);
}

TEST(SecretBytes, WipeOverwritesEveryOctet) {
    SecretBytes secret(Bytes{1, 2, 3});
    secret.wipe();
    EXPECT_TRUE(secret.matches(Bytes{0, 0, 0}));
}

}  // namespace
}  // namespace anchor
