// SPDX-License-Identifier: Apache-2.0
#include <link/backoff.h>

#include <gtest/gtest.h>

namespace anchor::link {
namespace {

constexpr std::uint32_t kMost = UINT32_MAX;

TEST(Backoff, DoublesItsBoundUpToTheLongest) {
    Backoff backoff(Milliseconds{1000}, Milliseconds{5000});
    EXPECT_EQ(backoff.next(kMost), Milliseconds{999});
    EXPECT_EQ(backoff.next(kMost), Milliseconds{1999});
    EXPECT_EQ(backoff.next(kMost), Milliseconds{3999});
    EXPECT_EQ(backoff.next(kMost), Milliseconds{4999});
    EXPECT_EQ(backoff.next(kMost), Milliseconds{4999});
}

TEST(Backoff, TakesAnyPartOfTheBound) {
    Backoff backoff(Milliseconds{1000}, Milliseconds{5000});
    EXPECT_EQ(backoff.next(0), Milliseconds{0}) << "full jitter: also at once";
    EXPECT_EQ(backoff.next(kMost / 2), Milliseconds{999});
}

TEST(Backoff, BeginsAnewAfterASuccess) {
    Backoff backoff(Milliseconds{1000}, Milliseconds{5000});
    (void)backoff.next(kMost);
    backoff.reset();
    EXPECT_EQ(backoff.next(kMost), Milliseconds{999});
}

}  // namespace
}  // namespace anchor::link
