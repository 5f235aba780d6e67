// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/claim.h>
#include <anchor/core/decision.h>
#include <anchor/core/standing.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(Claim, PrintsEveryTypeForPeople) {
    EXPECT_EQ(to_text(ClaimValue{Unknown{"the log is empty"}}), "unknown: the log is empty");
    EXPECT_EQ(to_text(ClaimValue{true}), "true");
    EXPECT_EQ(to_text(ClaimValue{std::int64_t{-4}}), "-4");
    EXPECT_EQ(to_text(ClaimValue{0.1}), "0.1");
    EXPECT_EQ(to_text(ClaimValue{std::vector<std::string>{"a", "b\""}}), "[\"a\", \"b\\\"\"]");
    EXPECT_EQ(to_text(ClaimValue{WallTime{}}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_text(ClaimValue{Milliseconds{90'000}}), "1m30s");
}

TEST(Claim, LetsNoEscapeSequenceReachATerminal) { EXPECT_EQ(to_text(ClaimValue{std::string("a\x1b[2Jb\n")}), "\"a?[2Jb?\""); }

TEST(Claim, FitsItsOwnTypeAndUnknownFitsAll) {
    EXPECT_TRUE(fits(ClaimValue{true}, ClaimType::Bool));
    EXPECT_FALSE(fits(ClaimValue{true}, ClaimType::Int));
    EXPECT_TRUE(fits(ClaimValue{Milliseconds{1}}, ClaimType::Duration));
    EXPECT_TRUE(fits(ClaimValue{Unknown{"x"}}, ClaimType::StringList));
}

TEST(Vocabulary, ReadsBackEverySpelling) {
    for (const Level level : {Level::Trusted, Level::Restricted, Level::Unverified, Level::Quarantined, Level::Revoked}) {
        EXPECT_EQ(level_from(to_string(level)), level);
    }
    for (std::size_t i = 0; i < kDimensionCount; ++i) {
        EXPECT_EQ(dimension_from(to_string(static_cast<Dimension>(i))), static_cast<Dimension>(i));
    }
    EXPECT_EQ(tier_from("contraindicated"), Tier::Contraindicated);
    EXPECT_EQ(standing_status_from("revoked"), StandingStatus::Revoked);
    EXPECT_EQ(level_from("Trusted"), std::nullopt);
}

TEST(Level, TheWorseOfTwoIsTheGreater) {
    EXPECT_EQ(worse(Level::Trusted, Level::Revoked), Level::Revoked);
    EXPECT_EQ(worse(Level::Unverified, Level::Restricted), Level::Unverified);
}

}  // namespace
}  // namespace anchor
