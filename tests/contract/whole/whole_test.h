// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tests of the whole way begin with: a fleet of one, with or without its device at work.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "loopback_fleet.h"

namespace anchor::whole {

/// Everything is there, and all runs but the device.
class WholeTest : public testing::Test {
protected:
    void SetUp() override {
        if (!LoopbackFleet::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup, tpm2-tools and mosquitto";
        auto fleet = LoopbackFleet::start();
        ASSERT_TRUE(fleet) << fleet.error().what;
        fleet_ = std::move(*fleet);
    }

    [[nodiscard]] bool log_has(const std::string& text) const { return fleet_->device_log().find(text) != std::string::npos; }
    /// Of the certificate that the device shows; empty where it has none.
    [[nodiscard]] std::string serial() const { return fleet_->status()["identity"]["certificate"].value("serial", ""); }

    std::unique_ptr<LoopbackFleet> fleet_;
};

/// And the device has enrolled, and is trusted.
class TrustedDeviceTest : public WholeTest {
protected:
    void SetUp() override {
        WholeTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        ASSERT_TRUE(fleet_->start_device());
        ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
        device_ = fleet_->device_id();
    }

    std::string device_;
};

}  // namespace anchor::whole
