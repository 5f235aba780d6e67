// SPDX-License-Identifier: Apache-2.0
// Who has taken over the host of the enrolment broker sits where the registry sits and may answer. What it lacks are the keys that the
// claim bundle names.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "loopback_fleet.h"

namespace anchor::whole {
namespace {

class ForeignRegistry : public testing::Test {
protected:
    void SetUp() override {
        if (!LoopbackFleet::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup, tpm2-tools and mosquitto";
        auto fleet = LoopbackFleet::start();
        ASSERT_TRUE(fleet) << fleet.error().what;
        fleet_ = std::move(*fleet);
        fleet_->kill_registry();
        const auto made = fleet_->make_foreign_registry("foreign");
        ASSERT_TRUE(made) << made.error().what;
    }

    std::unique_ptr<LoopbackFleet> fleet_;
};

TEST_F(ForeignRegistry, BehindOurBrokerEnrolsNobodyAndLeavesTheDeviceReadyForOurs) {
    ASSERT_TRUE(fleet_->start_enroll_broker("foreign"));
    ASSERT_TRUE(fleet_->start_registry_in("foreign"));
    ASSERT_TRUE(fleet_->start_device());
    const bool refused = LoopbackFleet::until([this] { return fleet_->device_log().find("unknown key") != std::string::npos; });
    const bool enrolled = fleet_->status()["identity"]["enrolled"];

    fleet_->kill_registry();
    ASSERT_TRUE(fleet_->start_enroll_broker("registry"));
    ASSERT_TRUE(fleet_->start_registry());

    EXPECT_TRUE(refused) << fleet_->logs();
    EXPECT_FALSE(enrolled);
    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
}

}  // namespace
}  // namespace anchor::whole
