// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <parts/scratch.h>

#include "cli/exit_code.h"
#include "cli/policy_explain.h"
#include "sample_policy.h"
#include "unit/control/service.h"

namespace anchor::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class PolicyCommand : public testing::Test {
protected:
    std::string file(const std::string& name, std::string_view text) { return scratch_.write(name, text); }

    parts::Scratch scratch_{"policy"};
    std::ostringstream out_;
};

TEST_F(PolicyCommand, CheckTellsEveryMistakeWithFileLineAndColumnAlsoInsideAnExpression) {
    const std::string path =
        file("gate.json", replaced(replaced(kSamplePolicy, "boot.secure_boot\"", "boot.secure_bot\""), "\"risk\": 20", "\"risk\": 200"));

    EXPECT_EQ(check_policies({path}, false, out_).value(), exit_code::kRefused);

    EXPECT_THAT(out_.str(), HasSubstr(path + ":5:61: undeclared name 'boot.secure_bot', did you mean"));
    EXPECT_THAT(out_.str(), HasSubstr(path + ":8:74: \"risk\" must be"));
}

TEST_F(PolicyCommand, CheckSaysWhatIsGood) {
    const std::string path = file("gate.json", kSamplePolicy);

    EXPECT_EQ(check_policies({path}, false, out_).value(), exit_code::kDone);

    EXPECT_EQ(out_.str(), path + ": gate version 7, 2 rules: no mistakes\n");
}

TEST_F(PolicyCommand, CheckTellsWhatDoesNotFitTogether) {
    const std::string base = file("base.json", kSamplePolicy);
    const std::string other =
        file("other.json", replaced(replaced(kSamplePolicy, "\"policy\": \"gate\"", "\"policy\": \"site\""), "app:plc", "app:root"));

    EXPECT_EQ(check_policies({base, other}, false, out_).value(), exit_code::kRefused);
    EXPECT_EQ(check_policies({base, base}, false, out_).value(), exit_code::kRefused);

    EXPECT_THAT(out_.str(),
                HasSubstr("together: the claim \"plc.vibration_rms\" has the source \"app:plc\" in \"gate\" and \"app:root\" in \"site\""));
    EXPECT_THAT(out_.str(), HasSubstr("together: two policies are called \"gate\""));
}

TEST_F(PolicyCommand, CheckGivesScriptsTheSame) {
    const std::string path = file("gate.json", "{\"policy\": 1}");

    EXPECT_EQ(check_policies({path}, true, out_).value(), exit_code::kRefused);

    const Json json = parse_json(out_.str()).value();
    EXPECT_EQ(json["passed"], false);
    EXPECT_EQ(json["files"][0]["file"], path);
    EXPECT_EQ(json["files"][0]["mistakes"][0]["line"], 1);
}

TEST_F(PolicyCommand, CheckFailsWhereThereIsNoFile) {
    const auto checked = check_policies({scratch_.path("none.json")}, false, out_);

    ASSERT_FALSE(checked);
    EXPECT_EQ(exit_code_of(checked.error()), exit_code::kFailed);
}

TEST_F(PolicyCommand, TestShowsFailingCasesWithReasonsAndWhatNoCaseShows) {
    const std::string path = file("gate.json", kSamplePolicy);
    file("gate.cases.json", R"({"policy": "gate", "claims": {"boot.secure_boot": true, "plc.vibration_rms": 1.5}, "cases": [
        {"name": "healthy", "want": {"level": "trusted", "rules": []}},
        {"name": "wrong hope", "claims": {"boot.secure_boot": false}, "want": {"level": "trusted"}}]})");

    EXPECT_EQ(test_policy({.policy = path}, out_).value(), exit_code::kRefused);

    EXPECT_THAT(out_.str(), HasSubstr("ok      healthy\nFAILED  wrong hope\n        level: wanted trusted, got quarantined\n"));
    EXPECT_THAT(out_.str(), HasSubstr("        |   boot.secure_boot = false\n        |   must hold: boot.secure_boot\n"));
    EXPECT_THAT(
        out_.str(),
        HasSubstr(
            "1 passed, 1 failed\nno case shows these rules fail: vibration\nno case shows these rules unknown: secure-boot vibration\n"));
}

TEST_F(PolicyCommand, TestCanInsistOnCoverage) {
    const std::string path = file("gate.json", kSamplePolicy);
    const std::string cases = file("c.json", R"({"policy": "gate", "cases": [{"name": "blind", "want": {"level": "quarantined"}}]})");

    EXPECT_EQ(test_policy({.policy = path, .cases = cases}, out_).value(), exit_code::kDone);
    EXPECT_EQ(test_policy({.policy = path, .cases = cases, .coverage = true}, out_).value(), exit_code::kRefused);
}

constexpr std::string_view kSite = R"json({"policy": "site", "version": 1,
  "rules": [{"id": "secure-boot", "about": "hardware", "require": "boot.secure_boot && !os.tainted", "otherwise": "warning",
             "if_unknown": "warning", "because": "The site wants a clean kernel."}],
  "levels": {"recover_after": "1h"},
  "access": {"plc.write": "trusted", "mqtt.telemetry": "trusted"}})json";

TEST_F(PolicyCommand, TestTakesTheOthersThatAreInForceBesideIt) {
    const std::string path = file("gate.json", kSamplePolicy);
    const std::string site = file("site.json", kSite);
    const std::string cases = file("c.json", R"({"policy": "gate", "claims": {"boot.secure_boot": true, "plc.vibration_rms": 1.5,
        "os.tainted": true}, "cases": [
        {"name": "tainted", "want": {"level": "restricted", "rules": ["site/secure-boot"], "access": []}},
        {"name": "shaking", "claims": {"plc.vibration_rms": 9}, "want": {"level": "restricted", "rules": ["vibration", "site/secure-boot"]}}]})");

    EXPECT_EQ(test_policy({.policy = path, .beside = {site}, .cases = cases}, out_).value(), exit_code::kDone) << out_.str();
    EXPECT_THAT(out_.str(), HasSubstr("2 passed, 0 failed\nno case shows these rules pass: site/secure-boot\n"));
    EXPECT_FALSE(test_policy({.policy = path, .beside = {path}, .cases = cases}, out_)) << "one name twice";
}

TEST_F(PolicyCommand, TestKnowsTheRulesOfTheOthersByTheirPolicy) {
    const std::string path = file("gate.json", kSamplePolicy);
    const std::string cases = file(
        "c.json",
        R"({"policy": "gate", "cases": [{"name": "a", "want": {"level": "trusted", "rules": ["secure-boot", "site/secure-boot", "site/x"]}}]})");

    EXPECT_FALSE(test_policy({.policy = path, .beside = {file("site.json", kSite)}, .cases = cases}, out_));

    EXPECT_THAT(out_.str(), HasSubstr("the policy has no rule \"site/x\""));
    EXPECT_THAT(out_.str(), Not(HasSubstr("secure-boot")));
}

TEST_F(PolicyCommand, TestTellsEveryMistakeOfTheCases) {
    const std::string path = file("gate.json", kSamplePolicy);
    const std::string cases =
        file("c.json", "{\"policy\": \"gate\", \"cases\": [\n{\"name\": \"a\", \"claims\": {\"boot.secure_boot\": 1},\n\"want\": {}}]}");

    const auto tested = test_policy({.policy = path, .cases = cases}, out_);

    ASSERT_FALSE(tested);
    EXPECT_EQ(exit_code_of(tested.error()), exit_code::kRefused);
    EXPECT_THAT(out_.str(), HasSubstr(cases + ":2:"));
    EXPECT_THAT(out_.str(), HasSubstr(cases + ":3:"));
}

TEST_F(PolicyCommand, ShowIsForPeopleAndSteersNoTerminal) {
    const std::string path = file("gate.json", replaced(kSamplePolicy, "Unsigned boot code can run.", "Unsigned\\u001b[2J"));

    EXPECT_EQ(show_policy(path, out_).value(), exit_code::kDone);

    EXPECT_THAT(out_.str(), HasSubstr("policy gate, version 7\n"));
    EXPECT_THAT(out_.str(), HasSubstr("    must hold:   boot.secure_boot\n    otherwise:   contraindicated, quarantined at best\n"));
    EXPECT_THAT(out_.str(), HasSubstr("  plc.vibration_rms: double, from app:plc, counts for 1m\n"));
    EXPECT_THAT(out_.str(), HasSubstr("  trusted: mqtt.telemetry, plc.write\n  restricted: mqtt.telemetry\n"));
    EXPECT_THAT(out_.str(), HasSubstr("Unsigned?[2J"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("\033")));
}

TEST_F(PolicyCommand, DiffSaysWhatGetsStricterAndWhatLooser) {
    const std::string before = file("7.json", kSamplePolicy);
    const std::string after =
        file("8.json", replaced(replaced(kSamplePolicy, "\"version\": 7", "\"version\": 8"), "\"risk\": 60", "\"risk\": 10"));

    EXPECT_EQ(compare_policies({.before = before, .after = after}, out_).value(), exit_code::kDone);

    EXPECT_EQ(out_.str(), "~ rule secure-boot risk: 60 → 10 (looser)\n~ version: 7 → 8\n");
}

TEST_F(PolicyCommand, DiffTellsWhatOtherPoliciesKeepAsItWas) {
    const std::string before = file("7.json", kSamplePolicy);
    const std::string after =
        file("8.json", replaced(replaced(kSamplePolicy, "\"mqtt.telemetry\": \"restricted\"", "\"mqtt.telemetry\": \"quarantined\""),
                                "[\"isolate-network\"]", "[\"isolate-network\", \"lamp-red\"]"));
    const std::string site = file("site.json", kSite);

    EXPECT_EQ(compare_policies({.before = before, .after = after, .beside = {site}}, out_).value(), exit_code::kDone);

    EXPECT_THAT(out_.str(), HasSubstr("~ access mqtt.telemetry: restricted → quarantined (looser)\n"));
    EXPECT_THAT(out_.str(), HasSubstr("together ~ respond quarantined: isolate-network → isolate-network, lamp-red\n"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("together ~ access"))) << "the site keeps it closed";
}

TEST_F(PolicyCommand, ExplainAnswersForClaimsThatSomebodyWroteDown) {
    const std::string path = file("gate.json", kSamplePolicy);
    const std::string claims = file("claims.json", R"({"boot.secure_boot": false, "plc.vibration_rms": {"value": 1.5, "age": "2m"}})");

    EXPECT_EQ(explain_level({}, {.policies = {path}, .claims = claims}, out_).value(), exit_code::kDone);

    EXPECT_THAT(out_.str(), HasSubstr("level quarantined"));
    EXPECT_THAT(out_.str(), HasSubstr("boot.secure_boot = false\n  must hold: boot.secure_boot"));
    EXPECT_THAT(out_.str(), HasSubstr("plc.vibration_rms = unknown: older than 1m"));
}

TEST_F(PolicyCommand, ExplainAsksTheDaemonWhereNoPolicyIsGiven) {
    control::Service service([](const control::Call& call, const control::Responder& responder) {
        EXPECT_EQ(call.method, "GetDecision");
        EXPECT_EQ(call.parameters["wanted"], "restricted");
        responder.done({{"decision", parse_json(kSampleDecision).value()}});
    });

    EXPECT_EQ(explain_level({service.path()}, {.level = "restricted"}, out_).value(), exit_code::kDone);

    EXPECT_THAT(out_.str(), HasSubstr("This device is revoked: the owner has revoked this device\n"));
    EXPECT_THAT(out_.str(),
                HasSubstr("for restricted this has to change:\n- gate/secure-boot does not hold: contraindicated about hardware"));
    EXPECT_THAT(out_.str(), HasSubstr("  must hold: boot.secure_boot\n"));
}

}  // namespace
}  // namespace anchor::cli
