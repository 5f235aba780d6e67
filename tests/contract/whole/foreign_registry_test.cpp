// SPDX-License-Identifier: Apache-2.0
// Who has taken over the host of the enrolment broker sits where the registry sits and may answer. What it lacks are the keys that the
// claim bundle names.
#include "whole_test.h"

namespace anchor::whole {
namespace {

class ForeignRegistry : public WholeTest {
protected:
    void SetUp() override {
        WholeTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        fleet_->kill_registry();
        const auto made = fleet_->make_foreign_registry("foreign");
        ASSERT_TRUE(made) << made.error().what;
    }
};

TEST_F(ForeignRegistry, BehindOurBrokerEnrolsNobodyAndLeavesTheDeviceReadyForOurs) {
    ASSERT_TRUE(fleet_->start_enroll_broker("foreign"));
    ASSERT_TRUE(fleet_->start_registry_in("foreign"));
    ASSERT_TRUE(fleet_->start_device());
    const bool refused = LoopbackFleet::until([this] { return log_has("unknown key"); });
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
