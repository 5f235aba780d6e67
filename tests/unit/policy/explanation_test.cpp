// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/explanation.h>

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <anchor/policy/difference.h>
#include <anchor/policy/explanation_json.h>

#include "samples.h"

namespace anchor::policy {
namespace {

using test::at;
using test::healthy;
using test::kGateway;
using test::signed_set;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Decision with(std::string name, ClaimValue value) {
    Claims claims = healthy();
    claims.set(std::move(name), {std::move(value), at(Seconds{0}), "tpm"});
    return Evaluator(signed_set(kGateway)).evaluate(claims, at(Seconds{1}));
}

TEST(Explanation, SaysWhatHasToChange) {
    const std::string text = to_text(explain(signed_set(kGateway), with("boot.secure_boot", false)));

    EXPECT_THAT(text, HasSubstr("level quarantined, risk 60"));
    EXPECT_THAT(text, HasSubstr("edge-gateway/secure-boot does not hold: contraindicated about hardware, risk 60"));
    EXPECT_THAT(text, HasSubstr("boot.secure_boot = false"));
    EXPECT_THAT(text, HasSubstr("must hold: boot.secure_boot"));
    EXPECT_THAT(text, HasSubstr("for: NIST SP 800-193 4.2"));
    EXPECT_THAT(text, HasSubstr("add up to risk 60, which must be below 30"));
}

TEST(Explanation, NamesOnlyWhatKeepsTheWantedLevelAway) {
    const auto explanation =
        explain(signed_set(kGateway), with("net.exposed_ports", std::vector<std::string>{"tcp/23"}), Level::Restricted);

    EXPECT_THAT(explanation.obstacles, IsEmpty());
    EXPECT_THAT(explain(signed_set(kGateway), with("net.exposed_ports", std::vector<std::string>{"tcp/23"})).risk_notes.size(), 1U);
}

TEST(Explanation, HasNothingToSayAboutATrustedDevice) {
    const auto explanation = explain(signed_set(kGateway), Evaluator(signed_set(kGateway)).evaluate(healthy(), at(Seconds{1})));

    EXPECT_THAT(explanation.obstacles, IsEmpty());
    EXPECT_THAT(to_text(explanation), HasSubstr("nothing stands between"));
    EXPECT_THAT(to_text(explain(PolicySet(), Decision{})), HasSubstr("no policy is in force"));
}

// A finding is its rule, here.
Json finding_json(const Finding& finding) { return finding.rule; }
Result<Finding> finding_of(const Json& json) {
    if (!json.is_string()) return rejected("no finding");
    Finding finding;
    finding.rule = json.get<std::string>();
    return finding;
}

TEST(Explanation, IsTheSameAfterTheWayThroughJson) {
    const Explanation said = explain(signed_set(kGateway), with("boot.secure_boot", false));

    const auto read = explanation_from(policy::to_json(said, finding_json), finding_of);

    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(read->level, said.level);
    EXPECT_EQ(read->risk, said.risk);
    EXPECT_EQ(read->obstacles.size(), said.obstacles.size());
    EXPECT_EQ(read->risk_notes, said.risk_notes);
}

TEST(Explanation, OfAnotherFormIsRefused) {
    const Json right = policy::to_json(explain(signed_set(kGateway), with("boot.secure_boot", false)), finding_json);
    const auto refused = [](const Json& json) {
        const auto read = explanation_from(json, finding_of);
        return read.has_value() ? std::string() : read.error().what;
    };
    const auto changed = [&right](const char* pointer, Json value) {
        Json json = right;
        json[Json::json_pointer(pointer)] = std::move(value);
        return json;
    };

    EXPECT_EQ(refused(right), "");
    EXPECT_THAT(refused(Json::array()), HasSubstr("is no object"));
    EXPECT_THAT(refused(changed("/obstacles/0", 7)), HasSubstr("an obstacle in the answer is no object"));
    EXPECT_THAT(refused(changed("/risk", 101)), HasSubstr("outside 0 to 100"));
    EXPECT_THAT(refused(changed("/risk", -1)), HasSubstr("outside 0 to 100"));
    EXPECT_THAT(refused(changed("/level", "perfect")), HasSubstr("unknown level"));
}

TEST(Difference, NamesEachStatementThatChanged) {
    const auto before = test::policy_from(kGateway);
    std::string text(kGateway);
    text.replace(text.find("< 4.5"), 5, "< 9.0");
    text.replace(text.find("\"plc.write\": \"trusted\""), 22, "\"plc.stop\": \"trusted\"");
    text.replace(text.find("\"version\": 7"), 12, "\"version\": 8");

    const auto lines = diff(*before, *test::policy_from(text));

    EXPECT_THAT(lines, ElementsAre("- access plc.write: trusted (stricter)",
                                   "~ rule vibration require: plc.vibration_rms < 4.5 → plc.vibration_rms < 9.0", "~ version: 7 → 8",
                                   "+ access plc.stop: trusted (looser)"));
    EXPECT_THAT(diff(*before, *before), IsEmpty());
}

TEST(Difference, SaysWhereALineAloneTellsWhatGetsStricter) {
    const auto before = test::policy_from(kGateway);
    std::string text(kGateway);
    text.replace(text.find("\"risk\": 60"), 10, "\"risk\": 10");
    text.replace(text.find("\"60s\""), 5, "\"30s\"");
    text.replace(text.find("\"registry\""), 10, "\"local\"");

    EXPECT_THAT(diff(*before, *test::policy_from(text)),
                ElementsAre("~ claim plc.vibration_rms max_age: 1m → 30s (stricter)", "~ levels recovery: registry → local (looser)",
                            "~ rule secure-boot risk: 60 → 10 (looser)"));
}

}  // namespace
}  // namespace anchor::policy
