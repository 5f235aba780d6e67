// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/policy.h>

#include <gmock/gmock.h>

#include <chrono>

#include "samples.h"

namespace anchor::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string out(text);
    const auto at = out.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return out.replace(at, what.size(), by);
}

std::string refusal(std::string_view text) {
    const auto policy = parse_policy(text);
    return policy ? "accepted" : policy.error().what;
}

std::string with(std::string_view what, std::string_view by) { return refusal(replaced(test::kGateway, what, by)); }

// One rule with this condition, in line 2, which begins in column 69.
std::string document_with(std::string_view condition) {
    return R"json({"policy": "p", "version": 1, "rules": [
{"id": "r", "about": "hardware", "because": "b", "require": ")json" +
           std::string(condition) + "\"}]}";
}

TEST(Policy, KeepsWhatTheDocumentSays) {
    const auto policy = parse_policy(test::kGateway);

    ASSERT_TRUE(policy) << policy.error().what;
    EXPECT_EQ(policy->name, "edge-gateway");
    EXPECT_EQ(policy->version, 7U);
    EXPECT_EQ(to_rfc3339(*policy->not_after), "2027-06-30T00:00:00Z");
    EXPECT_EQ(policy->claims.at("plc.vibration_rms").max_age, Seconds{60});
    EXPECT_EQ(policy->rules.size(), 4U);
    EXPECT_EQ(policy->rules[0].if_unknown, Tier::Warning);
    EXPECT_EQ(policy->levels.recovery, Recovery::Registry);
    EXPECT_EQ(policy->access.at("plc.write"), Level::Trusted);
    EXPECT_THAT(policy->respond.at(Level::Quarantined), ElementsAre("isolate-network", "withhold-credentials"));
}

TEST(Policy, TakesUnknownForFailedWhereNothingIsSaid) {
    const auto policy = parse_policy(test::kGateway);

    ASSERT_TRUE(policy);
    EXPECT_EQ(policy->rules[1].if_unknown, Tier::Contraindicated);
    EXPECT_EQ(policy->rules[2].if_unknown, Tier::Warning);
    EXPECT_EQ(policy->rules[3].if_unknown, Tier::Warning) << "even where a failure counts by its risk alone";
}

TEST(Policy, NamesThePlaceOfAMistakeInsideAnExpression) {
    EXPECT_THAT(refusal(document_with("boot.secure_boot && boot.secure_bot")), HasSubstr("line 2, column 82"));
}

TEST(Policy, CountsEscapesWhereTheyStandInTheDocument) {
    // One octet and one code point to the compiler, two and six octets in the document.
    EXPECT_THAT(refusal(document_with(R"json(os.lockdown == \"x\" && nobody)json")), HasSubstr("line 2, column 86"));
    EXPECT_THAT(refusal(document_with(R"json(os.lockdown == '\u00e9' && nobody)json")), HasSubstr("line 2, column 89"));
    EXPECT_THAT(refusal(document_with(R"json(os.lockdown == '\ud83d\ude00' && nobody)json")), HasSubstr("line 2, column 95"));
    EXPECT_THAT(refusal(document_with("os.lockdown == 'é' && nobody")), HasSubstr("line 2, column 85"));
    EXPECT_THAT(refusal(document_with(R"json(boot.secure_boot &&\n nobody)json")), HasSubstr("line 2, column 84"));
}

TEST(Policy, TellsAllMistakesInTheOrderOfTheText) {
    std::string text = replaced(test::kGateway, "\"boot.secure_boot\"", "\"boot.secure_boo\"");
    text = replaced(text, "\"recovery\": \"registry\"", "\"recovery\": \"never\"");
    text = replaced(text, "\"version\": 7", "\"version\": 0");
    std::vector<Mistake> mistakes;

    const auto policy = parse_policy(text, &mistakes);

    ASSERT_FALSE(policy);
    ASSERT_EQ(mistakes.size(), 3U);
    EXPECT_EQ(mistakes[0].line, 2U);
    EXPECT_EQ(mistakes[1].line, 8U);
    EXPECT_EQ(mistakes[2].line, 18U);
    EXPECT_EQ(policy.error().what, to_string(mistakes[0]));
}

TEST(Policy, RefusesWhatItDoesNotKnow) {
    EXPECT_THAT(with("\"levels\":", "\"level\":"), HasSubstr("unknown key \"level\""));
    EXPECT_THAT(with("\"risk\": 60,", "\"risc\": 60,"), HasSubstr("unknown key \"risc\""));
    EXPECT_THAT(with("\"about\": \"hardware\"", "\"about\": \"software\""), HasSubstr("\"software\" is none of"));
    EXPECT_THAT(with("\"mqtt.telemetry\": \"restricted\"", "\"mqtt.telemetry\": \"sometimes\""), HasSubstr("\"sometimes\" is none of"));
    EXPECT_THAT(with("\"quarantined\": [", "\"isolated\": ["), HasSubstr("unknown key \"isolated\""));
}

TEST(Policy, RefusesDuplicateKeysAndIds) {
    EXPECT_THAT(with("\"version\": 7,", "\"version\": 7, \"version\": 8,"), HasSubstr("duplicate key \"version\""));
    EXPECT_THAT(with("\"id\": \"files\"", "\"id\": \"secure-boot\""), HasSubstr("is the id of an earlier rule"));
}

TEST(Policy, RefusesConditionsThatAreNone) {
    EXPECT_THAT(refusal(document_with("os.uptime")), HasSubstr("has the type duration, it must be bool"));
    EXPECT_THAT(refusal(document_with("dyn(os.uptime)")), HasSubstr("it must be bool"));
    EXPECT_THAT(refusal(document_with("true")), HasSubstr("reads no claim"));
    EXPECT_THAT(refusal(document_with("boot.secure_boot == 1")), HasSubstr("line 2"));
    EXPECT_THAT(refusal(document_with("plc.speed > 1")), HasSubstr("line 2"));
}

TEST(Policy, NeverLetsUnknownPass) {
    EXPECT_THAT(with("\"if_unknown\": \"warning\"", "\"if_unknown\": \"affirming\""), HasSubstr("unknown is never a pass"));
    EXPECT_THAT(with("\"if_unknown\": \"warning\"", "\"if_unknown\": \"none\""), HasSubstr("\"none\" is none of"));
}

TEST(Policy, RefusesARuleThatCanMakeNoDifference) {
    EXPECT_THAT(with("\"affirming\", \"risk\": 30,", "\"affirming\","), HasSubstr("could never make a difference"));
}

TEST(Policy, LetsNobodyDeclareWhatIsBuiltIn) {
    EXPECT_THAT(with("\"plc.vibration_rms\": {", "\"boot.vibration_rms\": {"), HasSubstr("family of built-in claims"));
    EXPECT_THAT(with("{ \"max_age\": \"10m\" }", "{ \"max_age\": \"10m\", \"from\": \"app:plc\" }"), HasSubstr("not a matter of policy"));
    EXPECT_THAT(with("{ \"max_age\": \"10m\" }", "{ \"max_age\": \"10m\", \"type\": \"int\" }"), HasSubstr("has the type bool"));
}

TEST(Policy, WantsToKnowWhoSaysAClaim) {
    EXPECT_THAT(with(", \"from\": \"app:plc\"", ""), HasSubstr("\"from\" is missing"));
    EXPECT_THAT(with("\"app:plc\"", "\"plc\""), HasSubstr("is no source"));
    EXPECT_THAT(with("\"plc.vibration_rms\": {", "\"vibration\": {"), HasSubstr("is no name of a claim"));
}

TEST(Policy, OpensNothingToARevokedDevice) {
    EXPECT_THAT(with("\"plc.write\": \"trusted\"", "\"plc.write\": \"revoked\""), HasSubstr("nothing is open to a revoked device"));
}

TEST(Policy, KeepsRiskInOrder) {
    EXPECT_THAT(with("\"quarantined_at_risk\": 60", "\"quarantined_at_risk\": 20"), HasSubstr("must not be below"));
    EXPECT_THAT(with("\"risk\": 60", "\"risk\": 101"), HasSubstr("from 0 to 100"));
    EXPECT_THAT(with("\"risk\": 60", "\"risk\": -1"), HasSubstr("from 0 to 100"));
    EXPECT_THAT(with("\"risk\": 60", "\"risk\": 18446744073709551615"), HasSubstr("from 0 to 100"));
}

TEST(Policy, NeedsAtLeastOneRule) {
    EXPECT_THAT(refusal(R"json({"policy": "p", "version": 1, "rules": []})json"), HasSubstr("1 to 2000 rules"));
    EXPECT_THAT(refusal(R"json({"policy": "p", "version": 1})json"), HasSubstr("\"rules\" is missing"));
    EXPECT_THAT(refusal("[]"), HasSubstr("must be an object"));
    EXPECT_THAT(refusal(""), HasSubstr("line 1, column 1"));
}

TEST(Policy, RefusesTooMuchBeforeItReadsIt) {
    const std::string large(10U << 20U, ' ');

    EXPECT_THAT(refusal(large), HasSubstr("at most 1048576"));
    EXPECT_THAT(refusal(std::string(10U << 20U, '[')), HasSubstr("at most 1048576"));
}

TEST(Policy, RefusesTooManyRulesAndTooDeepNesting) {
    std::string many = R"json({"policy": "p", "version": 1, "rules": [0)json";
    for (int i = 0; i < 2000; ++i) many += ",0";
    const std::string deep = std::string(100'000, '[');

    EXPECT_THAT(refusal(many + "]}"), HasSubstr("1 to 2000 rules"));
    EXPECT_THAT(refusal(deep), HasSubstr("nested deeper than 8"));
}

TEST(Policy, StopsAfterFiftyMistakes) {
    std::string many = R"json({"policy": "p", "version": 1, "rules": [0)json";
    for (int i = 0; i < 500; ++i) many += ",0";
    std::vector<Mistake> mistakes;

    const auto policy = parse_policy(many + "]}", &mistakes);

    EXPECT_FALSE(policy);
    EXPECT_EQ(mistakes.size(), kMaxMistakes);
}

TEST(Policy, OfAThousandRulesStaysBelowTwoMegabytes) {
    constexpr std::string_view kConditions[] = {
        "boot.secure_boot && !boot.setup_mode",
        "os.lockdown in ['integrity', 'confidentiality'] && !os.tainted",
        "net.exposed_ports.all(port, port in ['tcp/443', 'tcp/4840', 'udp/123'])",
        "registry.fresh_age <= duration('24h') || os.uptime < duration('1h')",
        "ima.unknown_files + ima.changed_files < 3 && os.kernel_release.matches('^6[.][0-9]+')",
    };
    std::string text = R"json({"policy": "p", "version": 1, "rules": [)json";
    for (std::size_t i = 0; i < 1000; ++i) {
        text += (i == 0 ? R"json({"id": "r)json" : R"json(,{"id": "r)json") + std::to_string(i) +
                R"json(", "about": "hardware", "because": "It does not hold.", "require": ")json" +
                std::string(kConditions[i % std::size(kConditions)]) + "\"}";
    }

    const auto policy = parse_policy(text + "]}");

    ASSERT_TRUE(policy) << policy.error().what;
    EXPECT_EQ(policy->rules.size(), 1000U);
    EXPECT_LT(policy->memory(), 2'000'000U);
}

TEST(Policy, RefusesConditionsThatAreTooSlowTogether) {
    std::string text = R"json({"policy": "p", "version": 1, "rules": [)json";
    for (int i = 0; i < 60; ++i) {
        text += (i == 0 ? "" : ",") + std::string(R"json({"id": "r)json") + std::to_string(i) +
                R"json(", "about": "hardware", "because": "b", "require": ")json" +
                "boot.images.all(a, boot.images.all(b, boot.images.all(c, boot.images.all(d, a + b + c + d != ''))))\"}";
    }

    EXPECT_THAT(refusal(text + "]}"), HasSubstr("too large or too slow together"));
}

}  // namespace
}  // namespace anchor::policy
