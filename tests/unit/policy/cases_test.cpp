// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/cases.h>

#include <gmock/gmock.h>

#include "samples.h"

namespace anchor::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kClaims =
    R"("policy": "edge-gateway", "claims": {"boot.secure_boot": true, "ima.clean": true, "plc.vibration_rms": 1.5, "net.exposed_ports": []})";

Result<CaseReport> run(const std::string& cases) {
    return run_cases(*test::policy_from(test::kGateway), "{" + std::string(kClaims) + ", \"cases\": [" + cases + "]}");
}

std::string refusal(const std::string& cases) {
    const auto report = run(cases);
    return report ? "accepted" : report.error().what;
}

TEST(Cases, PassWhereTheDecisionIsTheWantedOne) {
    const auto report = run(R"({"name": "healthy", "want": {"level": "trusted", "rules": [], "risk": 0}},
        {"name": "shaking", "claims": {"plc.vibration_rms": 9}, "want": {"level": "restricted", "rules": ["vibration"], "respond": ["notify"]}})");

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_TRUE(report->passed());
    ASSERT_EQ(report->coverage.size(), 4U);
    EXPECT_TRUE(report->coverage[2].passed && report->coverage[2].failed) << "vibration was seen both ways";
    EXPECT_FALSE(report->coverage[0].failed) << "no case switches Secure Boot off";
}

TEST(Cases, SayWhatIsOtherwise) {
    const auto report = run(R"({"name": "wrong", "claims": {"boot.secure_boot": {"unknown": "no quote"}},
        "want": {"level": "trusted", "rules": ["files"], "unknown": [], "access": ["plc.write"], "risk": 3}})");

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_FALSE(report->passed());
    EXPECT_THAT(report->results[0].problems,
                ElementsAre("level: wanted trusted, got quarantined", "risk: wanted 3, got 60",
                            "rules that don't pass: wanted files, got secure-boot",
                            "rules that are unknown: wanted nothing, got secure-boot", "access: wanted plc.write, got nothing"));
}

TEST(Cases, KnowAgesAndSources) {
    const auto report = run(
        R"({"name": "old", "claims": {"plc.vibration_rms": {"value": 1, "age": "61s"}}, "want": {"level": "restricted", "unknown": ["vibration"]}},
        {"name": "foreign", "claims": {"plc.vibration_rms": {"value": 1, "source": "app:x"}}, "want": {"level": "restricted", "unknown": ["vibration"]}})");

    ASSERT_TRUE(report) << report.error().what;
    EXPECT_TRUE(report->passed());
}

TEST(Cases, RefuseATableThatSpeaksOfOtherThings) {
    EXPECT_THAT(refusal(R"({"name": "x", "claims": {"boot.secure_bot": true}, "want": {"level": "trusted"}})"),
                HasSubstr("neither a built-in claim"));
    EXPECT_THAT(refusal(R"({"name": "x", "claims": {"boot.secure_boot": 1}, "want": {"level": "trusted"}})"), HasSubstr("type bool"));
    EXPECT_THAT(refusal(R"({"name": "x", "want": {"level": "trusted", "rules": ["nobody"]}})"), HasSubstr("no rule \"nobody\""));
    EXPECT_THAT(refusal(R"({"name": "x", "want": {"levels": "trusted"}})"), HasSubstr("line 1"));
    EXPECT_THAT(refusal(R"({"name": "x"})"), HasSubstr("\"want\" is missing"));
    EXPECT_THAT(refusal(""), HasSubstr("1 to 1000 cases"));
}

}  // namespace
}  // namespace anchor::policy
