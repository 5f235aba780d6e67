// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/result.h>

#include <memory>

#include <gtest/gtest.h>

namespace anchor {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return rejected("odd", n);
    return n / 2;
}

Result<int> quarter(int n) {
    ANCHOR_ASSIGN_OR_RETURN(const int first, half(n));
    ANCHOR_ASSIGN_OR_RETURN(const int second, half(first));
    return second;
}

Result<void> check_even(int n) {
    ANCHOR_RETURN_IF_ERROR(half(n));
    return {};
}

TEST(Result, CarriesTheValueThroughTheMacros) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Result, CarriesTheFirstErrorThroughTheMacros) {
    const auto result = quarter(6);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(result.error().native, 3);
    EXPECT_FALSE(check_even(5));
    EXPECT_TRUE(check_even(4));
}

TEST(Result, GrowsContextOutwards) {
    const Error error = rejected("odd").within("read answer").within("enrol");
    EXPECT_EQ(error.what, "enrol: read answer: odd");
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, ReadingTheSideThatIsNotThereAborts) {
    EXPECT_DEATH((void)half(1).value(), "");
    EXPECT_DEATH((void)half(2).error(), "");
}

}  // namespace
}  // namespace anchor
