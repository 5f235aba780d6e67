// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/evaluator.h>

#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "samples.h"

namespace anchor::policy {
namespace {

using test::at;
using test::healthy;
using test::kGateway;
using test::rules_of;
using test::signed_set;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Decision judged(const Claims& claims, SteadyTime now = at(Seconds{1})) { return Evaluator(signed_set(kGateway)).evaluate(claims, now); }

Claims healthy_but(std::string name, ClaimValue value, std::string source = "tpm") {
    Claims claims = healthy();
    claims.set(std::move(name), {std::move(value), at(Seconds{0}), std::move(source)});
    return claims;
}

TEST(Evaluator, TrustsWhereEveryRulePasses) {
    const Decision decision = judged(healthy());

    EXPECT_EQ(decision.level, Level::Trusted);
    EXPECT_EQ(decision.overall, Tier::Affirming);
    EXPECT_EQ(decision.risk, 0);
    EXPECT_THAT(decision.findings, IsEmpty());
    EXPECT_EQ(decision.dimensions[static_cast<std::size_t>(Dimension::Hardware)], Tier::Affirming);
    EXPECT_EQ(decision.dimensions[static_cast<std::size_t>(Dimension::FileSystem)], Tier::None) << "nobody judged it";
}

TEST(Evaluator, SaysWhichRuleFailedAndWhatItRead) {
    const Decision decision = judged(healthy_but("boot.secure_boot", false));

    EXPECT_EQ(decision.level, Level::Quarantined);
    EXPECT_EQ(decision.risk, 60);
    ASSERT_THAT(rules_of(decision), ElementsAre("secure-boot"));
    const Finding& finding = decision.findings[0];
    EXPECT_EQ(finding.policy, "edge-gateway");
    EXPECT_EQ(finding.tier, Tier::Contraindicated);
    EXPECT_FALSE(finding.unknown);
    EXPECT_THAT(finding.controls, ElementsAre("NIST SP 800-193 4.2"));
    EXPECT_THAT(finding.inputs, ElementsAre(FindingInput{"boot.secure_boot", "false"}));
}

TEST(Evaluator, NeverPassesOnUnknown) {
    const Decision decision = judged(healthy_but("boot.secure_boot", Unknown{"no quote"}));

    EXPECT_EQ(decision.level, Level::Quarantined) << "the risk counts as well";
    ASSERT_THAT(rules_of(decision), ElementsAre("secure-boot"));
    EXPECT_EQ(decision.findings[0].tier, Tier::Warning);
    EXPECT_TRUE(decision.findings[0].unknown);
    EXPECT_THAT(decision.findings[0].inputs, ElementsAre(FindingInput{"boot.secure_boot", "unknown: no quote"}));
}

TEST(Evaluator, KnowsNothingOfClaimsThatNobodyMade) {
    const Decision decision = judged({});

    EXPECT_THAT(rules_of(decision), ElementsAre("files", "secure-boot", "vibration", "ports"));
    for (const Finding& finding : decision.findings) EXPECT_TRUE(finding.unknown) << finding.rule;
    EXPECT_EQ(decision.risk, 100) << "risk ends at 100";
}

TEST(Evaluator, LetsRiskAloneMakeItWorse) {
    const Decision decision = judged(healthy_but("net.exposed_ports", std::vector<std::string>{"tcp/23"}));

    EXPECT_EQ(decision.overall, Tier::Affirming);
    EXPECT_EQ(decision.risk, 30);
    EXPECT_EQ(decision.level, Level::Restricted);
}

TEST(Evaluator, TakesAnErrorForUnknownAndSaysIt) {
    Evaluator evaluator(signed_set(R"json({"policy": "p", "version": 1, "rules": [
        {"id": "r", "about": "hardware", "because": "b.", "require": "10 / boot.events > 1"}]})json"));
    Claims claims;
    claims.set("boot.events", {std::int64_t{0}, at(Seconds{0}), "tpm"});

    const Decision& decision = evaluator.evaluate(claims, at(Seconds{0}));

    ASSERT_EQ(decision.findings.size(), 1U);
    EXPECT_TRUE(decision.findings[0].unknown);
    EXPECT_THAT(decision.findings[0].because, HasSubstr("could not be judged"));
}

TEST(Evaluator, CountsOnlyValuesOfTheDeclaredType) {
    const Decision decision = judged(healthy_but("boot.secure_boot", std::string("true")));

    ASSERT_THAT(rules_of(decision), ElementsAre("secure-boot"));
    EXPECT_THAT(decision.findings[0].inputs[0].value, HasSubstr("has the type string, the policy expects bool"));
}

TEST(Evaluator, CountsOnlyTheDeclaredSource) {
    const Decision decision = judged(healthy_but("plc.vibration_rms", 1.5, "app:guest"));

    ASSERT_THAT(rules_of(decision), ElementsAre("vibration"));
    EXPECT_THAT(decision.findings[0].inputs[0].value, HasSubstr("another source than app:plc"));
}

TEST(Evaluator, TakesWhatNoExpressionCanHoldForUnknown) {
    const double infinite = std::numeric_limits<double>::infinity();
    EXPECT_THAT(rules_of(judged(healthy_but("plc.vibration_rms", -infinite, "app:plc"))), ElementsAre("vibration"));
    EXPECT_THAT(rules_of(judged(healthy_but("plc.vibration_rms", std::nan(""), "app:plc"))), ElementsAre("vibration"));
    for (const char* text : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
        EXPECT_THAT(rules_of(judged(healthy_but("net.exposed_ports", std::vector<std::string>{text}))), ElementsAre("ports"));
}

TEST(Evaluator, SurvivesTimesBeyondAllCalendars) {
    Evaluator evaluator(signed_set(R"json({"policy": "p", "version": 1, "rules": [
        {"id": "r", "about": "hardware", "because": "b", "require": "time.now > timestamp('2024-01-01T00:00:00Z') && os.uptime > duration('0s')"}]})json"));
    Claims claims;
    claims.set("time.now", {WallTime::max(), SteadyTime::max(), "system"});
    claims.set("os.uptime", {Milliseconds::min(), SteadyTime::min(), "kernel"});

    const Decision& decision = evaluator.evaluate(claims, SteadyTime::max());

    ASSERT_EQ(decision.findings.size(), 1U);
    EXPECT_TRUE(decision.findings[0].unknown);
}

TEST(Evaluator, ForgetsAClaimThatGrewTooOld) {
    Evaluator evaluator(signed_set(kGateway));
    const Claims claims = healthy(at(Seconds{0}));

    EXPECT_THAT(rules_of(evaluator.evaluate(claims, at(Seconds{60}))), IsEmpty()) << "an age of exactly max_age still counts";
    EXPECT_EQ(evaluator.next_due(), at(Seconds{60} + Milliseconds{1}));
    EXPECT_THAT(rules_of(evaluator.judge(*evaluator.next_due())), ElementsAre("vibration"));
    EXPECT_THAT(evaluator.judge(at(Seconds{61})).findings[0].inputs[0].value, HasSubstr("older than 1m"));
    EXPECT_EQ(evaluator.next_due(), at(Seconds{600} + Milliseconds{1})) << "the next one that ages";
    EXPECT_THAT(rules_of(evaluator.evaluate(healthy(at(Seconds{61})), at(Seconds{62}))), IsEmpty());
}

TEST(Evaluator, JudgesOnlyRulesWhoseClaimsChanged) {
    Evaluator evaluator(signed_set(kGateway));
    static_cast<void>(evaluator.evaluate(healthy(), at(Seconds{1})));
    const auto after_first = evaluator.rules_judged();

    static_cast<void>(evaluator.evaluate(healthy(), at(Seconds{2})));
    EXPECT_EQ(evaluator.rules_judged(), after_first) << "nothing changed";

    static_cast<void>(evaluator.evaluate(healthy(at(Seconds{3})), at(Seconds{3})));
    EXPECT_EQ(evaluator.rules_judged(), after_first) << "observed again, with the same value";

    EXPECT_THAT(rules_of(evaluator.evaluate(healthy_but("boot.secure_boot", false), at(Seconds{4}))), ElementsAre("secure-boot"));
    EXPECT_EQ(evaluator.rules_judged(), after_first + 1);
    EXPECT_EQ(after_first, 4U);
}

TEST(Evaluator, TellsMinusZeroFromZero) {
    Evaluator evaluator(signed_set(R"json({"policy": "p", "version": 1,
        "claims": {"plc.vibration_rms": {"type": "double", "from": "app:plc"}},
        "rules": [{"id": "r", "about": "hardware", "because": "b", "require": "1.0 / plc.vibration_rms > 0.0"}]})json"));

    EXPECT_THAT(rules_of(evaluator.evaluate(healthy_but("plc.vibration_rms", 0.0, "app:plc"), at(Seconds{1}))), IsEmpty());
    EXPECT_THAT(rules_of(evaluator.evaluate(healthy_but("plc.vibration_rms", -0.0, "app:plc"), at(Seconds{2}))), ElementsAre("r"));
}

TEST(Evaluator, FindsTheChangedRuleAmongMany) {
    std::string rules;
    for (int i = 0; i < 130; ++i) {
        const std::string_view claim = i == 0 || i == 64 || i == 129 ? "ima.clean" : "boot.secure_boot";
        rules += std::string(i == 0 ? "" : ", ") + R"({"id": "r)" + std::to_string(i) + R"(", "about": "hardware", "require": ")" +
                 std::string(claim) + R"(", "otherwise": "warning", "because": "No."})";
    }
    Evaluator evaluator(signed_set(R"({"policy": "many", "version": 1, "rules": [)" + rules + "]}"));
    EXPECT_EQ(evaluator.evaluate(healthy(), at(Seconds{1})).level, Level::Trusted);
    EXPECT_EQ(evaluator.rules_judged(), 130U);

    EXPECT_THAT(rules_of(evaluator.evaluate(healthy_but("ima.clean", false), at(Seconds{2}))), ElementsAre("r0", "r64", "r129"));
    EXPECT_EQ(evaluator.rules_judged(), 133U);
}

TEST(Evaluator, KeepsOneSlotForEachClaimThatIsRead) {
    Evaluator evaluator(signed_set(kGateway));
    static_cast<void>(evaluator.evaluate(healthy(), at(Seconds{1})));

    ASSERT_TRUE(evaluator.slot_of("boot.secure_boot"));
    EXPECT_FALSE(evaluator.slot_of("boot.events")) << "no rule reads it";
    evaluator.set(*evaluator.slot_of("boot.secure_boot"), {false, at(Seconds{2}), "tpm"});

    EXPECT_THAT(rules_of(evaluator.judge(at(Seconds{2}))), ElementsAre("secure-boot"));
}

TEST(Evaluator, WithoutAnyPolicyIsUnverified) {
    Evaluator evaluator{PolicySet()};

    const Decision& decision = evaluator.evaluate(healthy(), at(Seconds{1}));

    EXPECT_EQ(decision, Decision{});
    EXPECT_EQ(decision.level, Level::Unverified);
    EXPECT_FALSE(evaluator.next_due());
}

TEST(Evaluator, LetsTheStricterPolicyWin) {
    const std::string_view strict = R"json({"policy": "device", "version": 1, "rules": [
        {"id": "lockdown", "about": "configuration", "require": "os.lockdown == 'integrity'", "otherwise": "warning", "because": "b"}]})json";
    Evaluator both(PolicySet({{test::policy_from(kGateway), Origin::Signed}, {test::policy_from(strict), Origin::Local}}));
    Claims claims = healthy();

    EXPECT_EQ(both.evaluate(claims, at(Seconds{1})).level, Level::Restricted);
    claims.set("os.lockdown", {std::string("integrity"), at(Seconds{0}), "kernel"});
    EXPECT_EQ(both.evaluate(claims, at(Seconds{1})).level, Level::Trusted);
    claims.set("ima.clean", {false, at(Seconds{0}), "tpm"});
    EXPECT_EQ(both.evaluate(claims, at(Seconds{1})).level, Level::Quarantined);
}

// Random walks over claims, ages and clocks that go back: remembering must never be visible.
TEST(Evaluator, AnswersAsOneThatRemembersNothing) {
    std::mt19937 random(7);
    const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
    Evaluator remembering(signed_set(kGateway));
    Claims claims;
    for (int i = 0; i < 3000; ++i) {
        const SteadyTime observed = at(Seconds{pick(700)});
        const ClaimValue truth = pick(3) == 0 ? ClaimValue(Unknown{pick(2) == 0 ? "a" : "b"}) : ClaimValue(pick(2) == 0);
        switch (pick(5)) {
            case 0: claims.set("boot.secure_boot", {truth, observed, "tpm"}); break;
            case 1: claims.set("ima.clean", {truth, observed, "tpm"}); break;
            case 2: claims.set("plc.vibration_rms", {pick(10) * 1.0, observed, pick(4) == 0 ? "app:x" : "app:plc"}); break;
            case 3:
                claims.set("net.exposed_ports", {std::vector<std::string>(pick(3), pick(2) == 0 ? "tcp/22" : "tcp/1"), observed, "kernel"});
                break;
            default: claims = pick(20) == 0 ? Claims{} : claims;
        }
        const SteadyTime now = at(Seconds{pick(1400)});

        const Decision decision = remembering.evaluate(claims, now);
        ASSERT_EQ(decision, Evaluator(signed_set(kGateway)).evaluate(claims, now)) << "step " << i;
        ASSERT_EQ(decision, remembering.judge_anew(now)) << "step " << i;
    }
}

}  // namespace
}  // namespace anchor::policy
