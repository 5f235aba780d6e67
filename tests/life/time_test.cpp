// SPDX-License-Identifier: Apache-2.0
// Clocks that are wrong: dead, ahead, jumping, without anybody to ask.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "world.h"

namespace anchor::life {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr WallTime kEpoch{};

class TimeTest : public testing::Test {
protected:
    void restart_with_clock(WallTime time, bool synchronised = false) {
        world.device->clock.wall_now = time;
        world.clock_synchronised = synchronised;
        world.restart();
    }

    World world;
};

TEST_F(TimeTest, ADeviceWithADeadClockEnrols) {
    world.device_clock = kEpoch;
    world.clock_synchronised = false;
    world.start();
    world.run(minutes(3));

    world.expect_whole();
    EXPECT_GE(world.remembered().time_floor, world.fleet.clock.wall() - minutes(5)) << "the registry has told it the time";
}

TEST_F(TimeTest, AClockThatStartsIn1970IsNotBelievedAgain) {
    world.settle_in();
    restart_with_clock(kEpoch);
    world.run(minutes(2));

    world.expect_whole();
    EXPECT_GT(from_rfc3339(world.agent->status()["since"].get<std::string>()).value(), world.fleet.clock.wall() - hours(1));
}

TEST_F(TimeTest, ABrokersCertificateFromTheFutureOfADeadClockLocksNobodyOut) {
    world.settle_in();
    // The broker's certificate was renewed after the last time that this device heard of.
    world.device->link.lose(unavailable("gone"));
    world.broker_up = false;
    world.fleet.clock.pass(hours(24 * 10));
    world.broker_certificate.not_before = world.fleet.clock.wall() - hours(1);
    world.broker_up = true;
    restart_with_clock(kEpoch);
    world.run(minutes(2));

    world.expect_whole();
    EXPECT_GE(world.remembered().time_floor, world.fleet.clock.wall() - hours(24));
}

TEST_F(TimeTest, AClockFarAheadDoesNotCostTheIdentity) {
    world.settle_in();
    restart_with_clock(world.fleet.clock.wall() + hours(24 * 365 * 20), true);
    world.run(hours(2), minutes(5));
    EXPECT_FALSE(world.device->link.connected()) << "the broker's certificate has expired, as far as it can know";
    EXPECT_TRUE(world.remembered().identity);

    restart_with_clock(world.fleet.clock.wall(), true);
    world.run(minutes(5));
    world.expect_whole();
    EXPECT_LT(world.remembered().time_floor, world.fleet.clock.wall() + minutes(10)) << "a wrong clock is no proof of time";
}

TEST_F(TimeTest, JumpsInBothDirectionsChangeNoLevelAndLoseNoConnection) {
    world.settle_in();
    const Level level = world.agent->trust().level;
    for (const auto jump : {hours(24 * 30), hours(-24 * 60), hours(24 * 30)}) {
        world.device->clock.wall_now += jump;
        world.run(minutes(2));
        EXPECT_TRUE(world.device->link.connected());
        EXPECT_EQ(world.agent->trust().level, level);
    }
    world.expect_whole();
}

TEST_F(TimeTest, ExpiryIsJudgedAtTheFloorWhereTheClockIsBehindIt) {
    world.fleet.settings.certificate_lifetime = hours(3);
    world.settle_in();
    const std::string first = world.serial_in_use();
    restart_with_clock(kEpoch);
    world.run(minutes(140), minutes(5));

    EXPECT_NE(world.serial_in_use(), first) << "it rotates by the time that the registry has proven, and not by its clock";
    world.expect_whole();
}

TEST_F(TimeTest, TheFloorIsOnDiskADayAfterItMoved) {
    world.settle_in();
    const WallTime before = world.remembered().time_floor;
    world.run(hours(26), hours(1));

    EXPECT_GE(world.remembered().time_floor, before + hours(24));
}

TEST_F(TimeTest, ATpmsClockKeepsTheTimeOverARestartWithoutANetwork) {
    world.settle_in();
    const WallTime told = world.fleet.clock.wall();
    // Off and on, no network, a dead clock; then ten days of powered time.
    world.broker_up = false;
    restart_with_clock(kEpoch);
    world.tpm->advance(static_cast<std::uint64_t>(Milliseconds(hours(24 * 10)).count()));
    world.run(minutes(2));

    EXPECT_GE(world.remembered().time_floor, told + hours(24 * 7)) << "the TPM's clock may be a quarter fast";
    EXPECT_LE(world.remembered().time_floor, told + hours(24 * 11));
}

}  // namespace
}  // namespace anchor::life
