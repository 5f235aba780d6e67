// SPDX-License-Identifier: Apache-2.0
// A broker that holds back what the owner says, by the real programs: the device notices within the time that its policy grants.
#include <fstream>

#include <anchor/base/file.h>

#include "whole_test.h"

namespace anchor::whole {
namespace {

constexpr const char* kPolicy = R"json({
  "policy": "whole", "version": 2,
  "rules": [{"id": "heard", "about": "configuration", "require": "registry.fresh_age < duration('10s')",
             "otherwise": "contraindicated", "if_unknown": "warning", "because": "The registry was not heard for too long."}],
  "levels": {"recover_after": "1s", "recovery": "local"}
})json";

class WithholdingBroker : public TrustedDeviceTest {
protected:
    void SetUp() override {
        TrustedDeviceTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        const std::string settings = fleet_->path("registry/registry.toml");
        ASSERT_TRUE(parts::run({"sed", "-i", "/^.freshness./,$ s/^interval = .*/interval = \"2s\"/", settings}).ok());
        fleet_->kill_registry();
        ASSERT_TRUE(fleet_->start_registry());
        const std::string policy = scratch_.write("policy.json", std::string_view(kPolicy));
        const auto set = fleet_->registry({"policy", "set", policy, "--group", "default"});
        ASSERT_TRUE(set.ok()) << set.output;
        ASSERT_TRUE(LoopbackFleet::until([this] { return in_force().find("\"version\":2") != std::string::npos; })) << fleet_->logs();
        ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    }

    [[nodiscard]] std::string in_force() const { return fleet_->status()["policies"].dump(); }
    [[nodiscard]] std::string standing() const { return fleet_->status()["standing"].value("status", ""); }
    [[nodiscard]] std::string because() const { return fleet_->status().value("because", ""); }

    // The access list of the broker, in which devices may no longer read what ends so.
    void withhold(const std::vector<std::string>& topics) {
        rules_ = read_text_file(access(), 1U << 16U).value();
        std::string changed = rules_;
        const auto devices = changed.find("# Devices");
        for (const std::string& topic : topics) {
            const auto rule = changed.find(topic + "\n", devices);
            ASSERT_NE(rule, std::string::npos) << rules_;
            changed.replace(rule, topic.size(), "/nothing");
        }
        std::ofstream(access()) << changed;
        fleet_->broker().reload();
    }
    void let_through() {
        std::ofstream(access()) << rules_;
        fleet_->broker().reload();
    }
    [[nodiscard]] std::string access() const { return fleet_->path("registry/broker/fleet.acl"); }

    parts::Scratch scratch_{"withheld"};
    std::string rules_;
};

TEST_F(WithholdingBroker, ASuspensionThatIsHeldBackCostsTheTrustWithinThePolicysTime) {
    withhold({"/standing", "/reply"});  // and not that all is well
    ASSERT_TRUE(fleet_->registry({"suspend", device_, "--reason", "stolen"}).ok());
    const bool noticed = LoopbackFleet::until([this] { return fleet_->level() == "quarantined"; });
    EXPECT_TRUE(noticed) << fleet_->logs();
    EXPECT_EQ(standing(), "active") << "nobody has told it";
    EXPECT_NE(because().find("not heard for too long"), std::string::npos) << because();

    let_through();
    EXPECT_TRUE(LoopbackFleet::until([this] { return standing() == "suspended"; })) << fleet_->logs();
    EXPECT_EQ(fleet_->level(), "quarantined");
}

TEST_F(WithholdingBroker, ABrokerThatFallsSilentCostsTheTrustAndGivesItBack) {
    withhold({"/standing", "/reply", "/fleet/#"});
    const bool noticed = LoopbackFleet::until([this] { return fleet_->level() == "quarantined"; });
    EXPECT_TRUE(noticed) << fleet_->logs();
    EXPECT_NE(because().find("not heard for too long"), std::string::npos) << because();

    let_through();
    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
}

}  // namespace
}  // namespace anchor::whole
