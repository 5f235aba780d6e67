// SPDX-License-Identifier: Apache-2.0
// The programs on a machine whose clock is wrong: dead since 1970, or far ahead and, as the kernel says, synchronised.
#include "whole_test.h"

namespace anchor::whole {
namespace {

using Synchronised = LoopbackFleet::Synchronised;

const WallTime kDeadClock = from_rfc3339("1970-01-02T00:00:00Z").value();
const WallTime kFarAhead = from_rfc3339("2060-01-01T00:00:00Z").value();

class WrongClock : public WholeTest {
protected:
    [[nodiscard]] WallTime time_in(const std::string& name) const {
        return from_rfc3339(fleet_->status().value(name, "1970-01-01T00:00:00Z")).value();
    }
    [[nodiscard]] std::string connection_error() const {
        const Json now = fleet_->status();
        return now.contains("connection") ? now["connection"]["last_error"].dump() : "";
    }
    static WallTime now() { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }
};

TEST_F(WrongClock, OneThatIsDeadKeepsNobodyFromEnrollingAndIsNotBelievedAfterwards) {
    ASSERT_TRUE(fleet_->start_device_at(kDeadClock));
    ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_GT(time_in("since"), now() - std::chrono::minutes(10)) << "the registry has told it the time";
    const std::string first = serial();

    fleet_->stop_device();
    ASSERT_TRUE(fleet_->start_device_at(kDeadClock));

    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_EQ(serial(), first) << "as the same, by the same certificate";
    EXPECT_GT(time_in("since"), now() - std::chrono::minutes(10));
}

TEST_F(WrongClock, OneThatIsFarAheadIsToldAndCostsNoIdentity) {
    ASSERT_TRUE(fleet_->start_device());
    ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    const std::string first = serial();
    fleet_->stop_device();

    ASSERT_TRUE(fleet_->start_device_at(kFarAhead, Synchronised::Yes));
    const bool told = LoopbackFleet::until([this] { return connection_error().find("expired") != std::string::npos; });
    EXPECT_TRUE(told) << fleet_->logs();
    EXPECT_TRUE(log_has("expired")) << "and whoever reads the log";
    EXPECT_NE(fleet_->level(), "trusted");
    EXPECT_EQ(serial(), first);

    fleet_->stop_device();
    ASSERT_TRUE(fleet_->start_device());
    EXPECT_TRUE(fleet_->until_trusted()) << fleet_->logs();
    EXPECT_EQ(serial(), first);
}

}  // namespace
}  // namespace anchor::whole
