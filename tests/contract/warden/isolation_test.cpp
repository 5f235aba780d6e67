// SPDX-License-Identifier: Apache-2.0

// The rules in a real kernel, between two hosts that exist for the test only.

#include <anchor/enforce/nftables_isolation.h>

#include <array>
#include <cerrno>
#include <optional>

#include <gtest/gtest.h>

#include <parts/command.h>

#include "two_hosts.h"

namespace anchor::warden {
namespace {

constexpr uid_t kAnchord = 4711;
constexpr uid_t kOther = 4712;
constexpr std::uint16_t kMqtt = 8883;

const Enforcement kIsolated{.level = Level::Quarantined, .allow = {}, .respond = {"log", "isolate-network"}};
const Enforcement kTrusted{.level = Level::Trusted, .allow = {}, .respond = {}};

std::string nft(const parts::Arguments& words) {
    parts::Arguments command{"nft"};
    command.insert(command.end(), words.begin(), words.end());
    const auto done = parts::run(command);
    EXPECT_TRUE(done.ok()) << done.output;
    return done.output;
}

class Isolation : public testing::Test {
protected:
    void SetUp() override {
        if (!TwoHosts::available()) GTEST_SKIP() << "needs root, nft and ip";
        auto hosts = TwoHosts::plug();
        ASSERT_TRUE(hosts) << hosts.error().what;
        hosts_.emplace(std::move(hosts).value());
    }

    std::optional<TwoHosts> hosts_;
    enforce::NftablesIsolation isolation_{kAnchord};
};

TEST_F(Isolation, LetsOutTheAgentAndWhatADeviceNeedsToComeBack) {
    const UniqueFd agent = hosts_->here(kAnchord);
    const UniqueFd other = hosts_->here(kOther);
    ASSERT_EQ(send_to(other.get(), kThere, kMqtt), 0);

    const auto done = isolation_.apply(kIsolated);

    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(send_to(agent.get(), kThere, kMqtt), 0);
    EXPECT_EQ(send_to(other.get(), kThere, kMqtt), EPERM);
    for (const std::uint16_t open : std::array<std::uint16_t, 4>{53, 67, 123, 547})
        EXPECT_EQ(send_to(other.get(), kThere, open), 0) << open;
    EXPECT_EQ(send_to(other.get(), "127.0.0.1", kMqtt), 0);
}

TEST_F(Isolation, LetsInRepliesToTheAgentOnly) {
    const UniqueFd agent = hosts_->here(kAnchord);
    const UniqueFd other = hosts_->here(kOther);
    const UniqueFd broker = hosts_->there(kMqtt);
    // A flow that another program had before isolation, where the owner's firewall tracks connections.
    nft(
        {"add table inet firewall; add chain inet firewall input { type filter hook input priority 0; }; "
         "add rule inet firewall input ct state established accept"});
    ASSERT_EQ(send_to(other.get(), kThere, kMqtt), 0);
    ASSERT_TRUE(arrives(broker.get()));

    ASSERT_TRUE(isolation_.apply(kIsolated));
    ASSERT_EQ(send_to(agent.get(), kThere, kMqtt), 0);
    ASSERT_TRUE(arrives(broker.get()));
    ASSERT_EQ(send_to(broker.get(), kHere, port_of(agent.get())), 0);
    ASSERT_EQ(send_to(broker.get(), kHere, port_of(other.get())), 0);

    EXPECT_TRUE(arrives(agent.get()));
    EXPECT_FALSE(arrives(other.get()));
}

TEST_F(Isolation, LetsNobodyInUnasked) {
    const UniqueFd service = hosts_->here(kOther, 5000);
    const UniqueFd stranger = hosts_->there(6000);
    ASSERT_EQ(send_to(stranger.get(), kHere, 5000), 0);
    ASSERT_TRUE(arrives(service.get()));

    ASSERT_TRUE(isolation_.apply(kIsolated));
    ASSERT_EQ(send_to(stranger.get(), kHere, 5000), 0);

    EXPECT_FALSE(arrives(service.get()));
}

TEST_F(Isolation, ForwardsNothing) {
    ASSERT_TRUE(isolation_.apply(kIsolated));

    const std::string chain = nft({"list", "chain", "inet", "anchord", "forward"});

    EXPECT_NE(chain.find("hook forward priority filter; policy drop;"), std::string::npos) << chain;
    EXPECT_EQ(chain.find("accept"), std::string::npos) << chain;
}

TEST_F(Isolation, IsTheSameWhenItIsAppliedTwice) {
    ASSERT_TRUE(isolation_.apply(kIsolated));
    const std::string once = nft({"list", "ruleset"});

    ASSERT_TRUE(isolation_.apply(kIsolated));

    EXPECT_EQ(nft({"list", "ruleset"}), once);
    EXPECT_NE(once.find("meta skuid 4711 jump open"), std::string::npos) << once;
}

TEST_F(Isolation, IsUndoneWhenTrustReturns) {
    const UniqueFd other = hosts_->here(kOther);
    ASSERT_TRUE(isolation_.apply(kIsolated));
    ASSERT_EQ(send_to(other.get(), kThere, kMqtt), EPERM);

    ASSERT_TRUE(isolation_.apply(kTrusted));
    ASSERT_TRUE(isolation_.apply(kTrusted));

    EXPECT_EQ(nft({"list", "ruleset"}), "");
    EXPECT_EQ(send_to(other.get(), kThere, kMqtt), 0);
}

TEST_F(Isolation, LeavesTheOwnersTablesAlone) {
    nft({"add", "table", "inet", "firewall"});
    const std::string before = nft({"list", "ruleset"});

    ASSERT_TRUE(isolation_.apply(kIsolated));
    ASSERT_TRUE(isolation_.apply(kTrusted));

    EXPECT_EQ(nft({"list", "ruleset"}), before);
}

TEST_F(Isolation, FollowsTheResponseAndNotTheLevel) {
    ASSERT_TRUE(isolation_.apply({.level = Level::Revoked, .allow = {}, .respond = {"withhold-credentials"}}));
    EXPECT_EQ(nft({"list", "ruleset"}), "");
}

TEST(IsolationRules, AreOneTransactionWithTheRemovalOfTheOldOnes) {
    EXPECT_TRUE(enforce::isolation_rules(kAnchord).starts_with(enforce::isolation_removal()));
}

}  // namespace
}  // namespace anchor::warden
