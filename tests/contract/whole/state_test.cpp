// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "whole_test.h"

namespace anchor::whole {
namespace {

// What somebody does to a device's state while it is off, and what the device says and keeps of it. With the claim bundle it
// enrols again, and the registry knows it for the same.
class StateOfADevice : public TrustedDeviceTest {
protected:
    std::string state() const { return fleet_->path("state/state"); }

    /// Starts the device again and sees it refuse what it finds, keep it, and become the same device anew.
    void expect_refused(const std::string& why) {
        ASSERT_TRUE(fleet_->start_device());
        EXPECT_TRUE(LoopbackFleet::until([&] { return log_has("the stored state is refused") && log_has(why); })) << fleet_->logs();
        EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
        EXPECT_EQ(fleet_->device_id(), device_);
        EXPECT_TRUE(std::filesystem::exists(fleet_->path("state/state.refused")));
    }
};

TEST_F(StateOfADevice, FromBeforeIsRefusedWhenItIsBroughtBack) {
    fleet_->stop_device();
    std::filesystem::copy_file(state(), fleet_->path("old"));
    ASSERT_TRUE(fleet_->start_device());
    ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    ASSERT_TRUE(fleet_->registry({"suspend", device_, "--reason", "stolen"}).ok());
    ASSERT_TRUE(LoopbackFleet::until([&] { return fleet_->level() == "quarantined"; })) << fleet_->logs();
    fleet_->stop_device();

    std::filesystem::copy_file(fleet_->path("old"), state(), std::filesystem::copy_options::overwrite_existing);
    ASSERT_TRUE(fleet_->start_device());
    const bool refused = LoopbackFleet::until([&] { return log_has("the stored state is refused"); });

    EXPECT_TRUE(refused) << fleet_->logs();
    EXPECT_TRUE(log_has("an old state was brought back")) << fleet_->logs();
    EXPECT_TRUE(LoopbackFleet::until([&] { return log_has("enrolment failed"); })) << fleet_->logs();  // who is suspended stays so
    EXPECT_NE(fleet_->level(), "trusted");
}

TEST_F(StateOfADevice, ThatIsCutIsRefused) {
    fleet_->stop_device();
    std::filesystem::resize_file(state(), std::filesystem::file_size(state()) / 2);

    expect_refused("is damaged: its digest is another");
}

TEST_F(StateOfADevice, WithOneBitTurnedIsRefused) {
    fleet_->stop_device();
    std::fstream file(state(), std::ios::binary | std::ios::in | std::ios::out);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(state()) / 2);
    const int octet = file.seekg(middle).get();
    file.seekp(middle).put(static_cast<char>(octet ^ 1)).flush();

    expect_refused("is damaged: its digest is another");
}

TEST_F(StateOfADevice, WithoutItsCounterIsRefused) {
    fleet_->stop_device();
    const auto removed = fleet_->tpm().tool("tpm2_nvundefine -C o 0x01800A00");
    ASSERT_TRUE(removed.ok()) << removed.output;

    expect_refused("counter is gone");
}

}  // namespace
}  // namespace anchor::whole
