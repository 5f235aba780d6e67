// SPDX-License-Identifier: Apache-2.0
// Certificates that follow each other, by the real programs on a real TPM and a real broker.
#include "whole_test.h"

namespace anchor::whole {
namespace {

class Rotations : public TrustedDeviceTest {
protected:
    std::string handles(const std::string& kind) const {
        return parts::run({"tpm2_getcap", "-T", fleet_->tpm().tcti(), "handles-" + kind}).output;
    }
};

TEST_F(Rotations, FollowEachOtherAndTheDeviceStaysTheSame) {
    const std::string device = fleet_->device_id();
    std::string before = serial();
    for (int i = 0; i < 3; ++i) {
        const auto rotated = fleet_->ctl({"rotate"});
        ASSERT_TRUE(rotated.ok()) << rotated.output << fleet_->logs();
        EXPECT_NE(rotated.output.find(serial()), std::string::npos) << rotated.output;
        EXPECT_NE(serial(), before);
        before = serial();
    }

    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_EQ(fleet_->device_id(), device);
    fleet_->stop_device();
    ASSERT_TRUE(fleet_->start_device());
    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_EQ(serial(), before);
}

TEST_F(Rotations, LeaveNothingInTheTpm) {
    const std::string persistent = handles("persistent");  // what its maker left there
    ASSERT_TRUE(fleet_->ctl({"rotate"}).ok()) << fleet_->logs();
    ASSERT_TRUE(fleet_->ctl({"rotate"}).ok()) << fleet_->logs();
    fleet_->stop_device();

    EXPECT_EQ(handles("transient"), "");
    EXPECT_EQ(handles("persistent"), persistent);
    EXPECT_EQ(handles("loaded-session"), "");
    EXPECT_EQ(handles("saved-session"), "");
}

}  // namespace
}  // namespace anchor::whole
