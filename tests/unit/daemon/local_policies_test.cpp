// SPDX-License-Identifier: Apache-2.0
#include <daemon/agent_settings.h>

#include <gtest/gtest.h>

#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

TEST(LocalPolicies, AreNoneWhereThereIsNoFolder) {
    const auto texts = read_local_policies("/nonexistent/policy.d");

    ASSERT_TRUE(texts) << texts.error().what;
    EXPECT_TRUE(texts->empty());
}

TEST(LocalPolicies, ThatCannotBeUsedAreAnErrorThatNamesTheFile) {
    const parts::Scratch scratch("policies");
    scratch.write("10-tight.json", std::string_view("{}"));

    const auto texts = read_local_policies(scratch.path());

    ASSERT_FALSE(texts);
    EXPECT_EQ(texts.error().kind, ErrorKind::Rejected);
    EXPECT_NE(texts.error().what.find("10-tight.json:1:1: "), std::string::npos) << texts.error().what;
}

TEST(LocalPolicies, LeaveOtherFilesAlone) {
    const parts::Scratch scratch("policies");
    scratch.write("README", std::string_view("not a policy"));

    const auto texts = read_local_policies(scratch.path());

    ASSERT_TRUE(texts) << texts.error().what;
    EXPECT_TRUE(texts->empty());
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
