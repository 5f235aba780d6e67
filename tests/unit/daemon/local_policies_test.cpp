// SPDX-License-Identifier: Apache-2.0
#include <daemon/agent_settings.h>

#include <gmock/gmock.h>

#include <filesystem>

#include <anchor/policy/evaluator.h>
#include <daemon/local_policies.h>

#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LocalPolicies, AreNoneWhereThereIsNoFolder) {
    LocalPolicies policies("/nonexistent/policy.d");

    EXPECT_THAT(policies.read(), IsEmpty());
    EXPECT_THAT(policies.unsigned_texts(), IsEmpty());
    EXPECT_TRUE(check_local_policies("/nonexistent/policy.d"));
}

TEST(LocalPolicies, ThatCannotBeUsedAreToldWithTheirPlaceAndNeverLeftOut) {
    const parts::Scratch scratch("policies");
    scratch.write("10-tight.json", std::string_view("{}"));
    LocalPolicies policies(scratch.path());

    EXPECT_THAT(policies.read(), Contains(HasSubstr("10-tight.json:1:1: ")));
    ASSERT_EQ(policies.unsigned_texts().size(), 1U);
    const auto stand_in = policy::parse_policy(policies.unsigned_texts()[0]);
    ASSERT_TRUE(stand_in) << stand_in.error().what;
    policy::Evaluator judge(policy::PolicySet({{std::make_shared<const policy::Policy>(*stand_in), policy::Origin::Local}}));
    const Decision decision = judge.evaluate(Claims(), SteadyTime{});
    ASSERT_EQ(decision.findings.size(), 1U);
    EXPECT_EQ(decision.findings[0].tier, Tier::Warning);
    EXPECT_THAT(decision.findings[0].because, HasSubstr("10-tight.json"));

    const auto checked = check_local_policies(scratch.path());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, ErrorKind::Rejected);
    EXPECT_THAT(checked.error().what, HasSubstr("10-tight.json:1:1: "));
    std::filesystem::remove(scratch.path("10-tight.json"));
    EXPECT_THAT(policies.read(), IsEmpty());
    EXPECT_THAT(policies.unsigned_texts(), IsEmpty());
}

TEST(LocalPolicies, LeaveOtherFilesAlone) {
    const parts::Scratch scratch("policies");
    scratch.write("README", std::string_view("not a policy"));
    LocalPolicies policies(scratch.path());

    EXPECT_THAT(policies.read(), IsEmpty());
    EXPECT_THAT(policies.unsigned_texts(), IsEmpty());
}

TEST(AgentSettings, AreRefusedWithAClaimBundleThatIsNone) {
    const parts::Scratch scratch("bundle");
    DaemonConfig config;
    config.policy_dir = scratch.path("none");
    config.claim_bundle = scratch.write("bundle.json", std::string_view("{\"tenant\":"));

    const auto settings = agent_settings(config);

    ASSERT_FALSE(settings);
    EXPECT_NE(settings.error().what.find("bundle.json"), std::string::npos) << settings.error().what;
}

TEST(AgentSettings, GoWithoutAClaimBundleThatIsGone) {
    const parts::Scratch scratch("bundle");
    DaemonConfig config;
    config.policy_dir = scratch.path("none");
    config.claim_bundle = scratch.path("gone.json");

    const auto settings = agent_settings(config);

    ASSERT_TRUE(settings) << settings.error().what;
    EXPECT_FALSE(settings->bundle.has_value());
}

}  // namespace
}  // namespace anchor::daemon
