// SPDX-License-Identifier: Apache-2.0

// Every policy below policies/ against its golden cases, and what the cases have to show at least.

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>
#include <anchor/base/json.h>
#include <anchor/policy/cases.h>

namespace anchor::policy {
namespace {

std::string text_of(const std::string& name) {
    const auto text = read_text_file(ANCHOR_SOURCE_DIR "/policies/" + name, kMaxOctets);
    EXPECT_TRUE(text) << text.error().what;
    return text.value_or("");
}

class ShippedPolicy : public ::testing::TestWithParam<const char*> {
protected:
    std::string document_ = text_of(std::string(GetParam()) + ".json");
    std::string table_ = text_of(std::string(GetParam()) + ".cases.json");
};

TEST_P(ShippedPolicy, DecidesEachCaseAsItsAuthorWants) {
    const auto policy = parse_policy(document_);
    ASSERT_TRUE(policy) << policy.error().what;

    const auto report = run_cases(*policy, table_);

    ASSERT_TRUE(report) << report.error().what;
    for (const CaseResult& result : report->results) EXPECT_THAT(result.problems, ::testing::IsEmpty()) << result.name;
    EXPECT_TRUE(report->passed());
}

TEST_P(ShippedPolicy, ShowsEachRulePassAndNotPass) {
    const auto policy = parse_policy(document_);
    ASSERT_TRUE(policy) << policy.error().what;

    const auto report = run_cases(*policy, table_);

    ASSERT_TRUE(report) << report.error().what;
    for (const RuleCoverage& rule : report->coverage) {
        EXPECT_TRUE(rule.passed) << rule.rule;
        EXPECT_TRUE(rule.failed) << rule.rule;
    }
}

TEST_P(ShippedPolicy, ShowsWhatEveryPolicyMustShow) {
    const auto table = parse_json(table_);
    ASSERT_TRUE(table) << table.error().what;

    std::set<std::string> names;
    for (const Json& one : (*table)["cases"]) names.insert(one["name"].get<std::string>());

    for (const char* wanted :
         {"healthy", "tampered boot", "unknown program", "stale attestation during an outage, within the grace",
          "stale attestation during an outage, beyond the grace", "clock wrong", "certificate near expiry", "recovery"})
        EXPECT_TRUE(names.contains(wanted)) << wanted;
}

TEST_P(ShippedPolicy, NamesControlsOfEveryStandardAndReasons) {
    const auto policy = parse_policy(document_);
    ASSERT_TRUE(policy) << policy.error().what;

    std::string all;
    for (const Rule& rule : policy->rules) {
        EXPECT_FALSE(rule.controls.empty()) << rule.id;
        for (const std::string& control : rule.controls) all += control + "\n";
    }

    EXPECT_FALSE(policy->about.empty());
    for (const char* standard : {"NIST SP 800-193", "NIST SP 800-207", "IEC 62443-4-2", "ETSI EN 303 645", "EU CRA Annex I"})
        EXPECT_THAT(all, ::testing::HasSubstr(standard));
}

constexpr const char* kShipped[] = {"baseline",        "building-controller", "industrial-gateway",
                                    "medical-gateway", "smart-meter",         "vehicle-telematics"};

TEST(ShippedPolicies, AreAllTestedHere) {
    std::set<std::string> files = {"README.md", "policy.schema.json"};
    for (const char* name : kShipped) files.insert({std::string(name) + ".json", std::string(name) + ".cases.json"});

    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(ANCHOR_SOURCE_DIR "/policies")) found.insert(entry.path().filename());

    EXPECT_EQ(found, files);
}

INSTANTIATE_TEST_SUITE_P(All, ShippedPolicy, ::testing::ValuesIn(kShipped), [](const auto& tested) {
    std::string name = tested.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

// The schema is for editors, the reader is the law: both must know the same keys.
TEST(PublishedSchema, HasTheKeysThatTheReaderKnows) {
    const auto schema = parse_json(text_of("policy.schema.json"));
    ASSERT_TRUE(schema) << schema.error().what;
    const auto keys = [](const Json& object) {
        std::string list;
        for (const auto& [key, value] : object.items()) list += key + " ";
        return list;
    };

    EXPECT_EQ(keys((*schema)["properties"]), "$schema about access claims levels not_after policy respond rules version ");
    EXPECT_EQ(keys((*schema)["$defs"]["rule"]["properties"]), "about because controls id if_unknown otherwise require risk ");
    EXPECT_EQ(keys((*schema)["$defs"]["claim"]["properties"]), "about from max_age type ");
    EXPECT_EQ(keys((*schema)["$defs"]["levels"]["properties"]), "quarantined_at_risk recover_after recovery restricted_at_risk ");
}

}  // namespace
}  // namespace anchor::policy
