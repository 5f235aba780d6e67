// SPDX-License-Identifier: Apache-2.0
#include <tpm/patience.h>

#include <gtest/gtest.h>

namespace anchor::tpm {
namespace {

TEST(Patience, WaitsLongerEachTimeAndNoLongerThanItsBudget) {
    Patience patience(Milliseconds{1000});
    Milliseconds total{0};
    Milliseconds longest{0};
    int waits = 0;

    while (const auto wait = patience.after(Answer::Later)) {
        EXPECT_TRUE(*wait >= longest || total + *wait == Milliseconds{1000}) << "only the last wait may be cut";
        longest = std::max(longest, *wait);
        total += *wait;
        ++waits;
    }

    EXPECT_EQ(total, Milliseconds{1000});
    EXPECT_EQ(longest, Milliseconds{256});
    EXPECT_LT(waits, 15);
}

TEST(Patience, WaitsForNothingThatTimeDoesNotMend) {
    Patience patience(Milliseconds{1000});

    EXPECT_FALSE(patience.after(Answer::Failed));
    EXPECT_FALSE(patience.after(Answer::Lost));
    EXPECT_FALSE(patience.after(Answer::Done));
}

TEST(Patience, WithoutABudgetAsksOnce) { EXPECT_FALSE(Patience(Milliseconds{0}).after(Answer::Room)); }

}  // namespace
}  // namespace anchor::tpm
