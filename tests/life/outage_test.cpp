// SPDX-License-Identifier: Apache-2.0
// Outages, each at its worst, on a clock that the test turns: after every one of them the device is back by itself, and what it has
// acknowledged it still knows.
#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>
#include <anchor/protocol/departure.h>

#include "world.h"

namespace anchor::life {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class OutageTest : public testing::Test {
protected:
    void SetUp() override { world.settle_in(); }

    void suspend() {
        world.fleet.set_standing(*world.id, [](Standing& standing) { standing.status = StandingStatus::Suspended; });
    }
    void lose_broker() {
        world.broker_up = false;
        world.device->link.lose(unavailable("connection reset"));
    }
    std::size_t reports() {
        const auto entries = world.fleet.store->audit_log(world.id->text(), 1000).value();
        return static_cast<std::size_t>(std::ranges::count(entries, "reported", &registry::AuditEntry::act));
    }
    /// When what the registry has of telemetry was said, in the order in which it came.
    std::vector<WallTime> telemetry() {
        const auto entries = world.fleet.store->telemetry(*world.id, 1000).value();
        std::vector<WallTime> times;
        for (const auto& entry : entries) {
            times.push_back(protocol::telemetry_from(parse_json(entry.body).value(), {}).value().at);
        }
        return times;
    }

    World world;
};

TEST_F(OutageTest, WeeksWithoutABrokerEndWithTheFirstAnswer) {
    const std::string serial = world.serial_in_use();
    lose_broker();
    world.run(hours(24 * 30), hours(4));
    suspend();
    world.broker_up = true;
    world.run(minutes(10));

    world.expect_whole();
    EXPECT_EQ(world.agent->trust().standing, StandingStatus::Suspended) << "asked for, not waited for";
    EXPECT_EQ(world.serial_in_use(), serial);
    EXPECT_EQ(world.enrolments, 1U);
}

TEST_F(OutageTest, AnOutboxThatOverflowsKeepsEveryReportAndTheNewestTelemetry) {
    constexpr std::size_t kEntries = 20;
    constexpr std::size_t kFlaps = 8;
    world.outbox_limits.entries = kEntries;
    world.telemetry_every = hours(4);
    world.source.says.set("plc.mode", {std::string("auto"), {}, "app:plc"});
    world.restart();
    world.run(minutes(2));
    const std::size_t reported = reports();
    const std::size_t told = telemetry().size();
    ASSERT_GE(told, 1U) << "with a broker it arrives at once";

    lose_broker();
    for (std::size_t flap = 0; flap < kFlaps; ++flap) {
        world.run(hours(24 * 3), hours(4));
        world.fleet.set_standing(*world.id, [flap](Standing& standing) {
            standing.status = flap % 2 == 0 ? StandingStatus::Suspended : StandingStatus::Active;
        });
        ASSERT_TRUE(world.agent->import(world.record().standing_document)) << "by hand";
    }
    world.run(hours(24 * 3), hours(4));
    const WallTime end = world.device->clock.wall();
    ASSERT_EQ(telemetry().size(), told);
    world.broker_up = true;
    world.run(minutes(10));

    world.expect_whole();
    EXPECT_EQ(reports() - reported, kFlaps) << world.told();
    auto times = telemetry();
    ASSERT_EQ(times.size() - told, kEntries - kFlaps) << "as many as there was room for";
    times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(told));
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_EQ(times.back(), end);
    EXPECT_EQ(times.front(), end - hours(4) * (kEntries - kFlaps - 1)) << "the newest, without a gap";
}

TEST_F(OutageTest, AnAcknowledgementThatGotLostIsGivenAgain) {
    suspend();
    world.device->link.sent.clear();
    world.device->link.deliver({world.fleet.topics.standing(*world.id), to_bytes(world.record().standing_document), {}});
    while (world.device->worker.step()) {
    }
    world.device->link.sent.clear();  // the broker has lost what was on its way
    lose_broker();
    EXPECT_LT(world.record().acknowledged, world.record().standing.number);
    world.broker_up = true;
    world.run(minutes(5));

    world.expect_whole();
}

TEST_F(OutageTest, AFullDiskTightensAcknowledgesNothingAndForgetsNothing) {
    world.disk.failing = unavailable("no space left on the device");
    const std::uint64_t acknowledged = world.record().acknowledged;
    suspend();
    world.publish_standing();
    world.run(minutes(5));
    EXPECT_EQ(world.agent->trust().level, Level::Quarantined);
    EXPECT_EQ(world.record().acknowledged, acknowledged) << "what is not on disk may be forgotten";
    EXPECT_TRUE(world.device->link.connected());

    world.disk.failing.reset();
    world.run(minutes(5));

    world.expect_whole();
    EXPECT_EQ(world.remembered().trust.standing, StandingStatus::Suspended);
}

TEST_F(OutageTest, AReadOnlyDiskIsOutlivedToo) {
    world.disk.failing = denied("read-only file system");
    suspend();
    world.publish_standing();
    world.run(minutes(5));
    EXPECT_EQ(world.agent->trust().level, Level::Quarantined);

    // Remounted by a restart; what was not saved is asked for again.
    world.disk.failing.reset();
    world.restart();
    world.run(minutes(5));

    world.expect_whole();
    EXPECT_EQ(world.remembered().trust.standing, StandingStatus::Suspended);
}

TEST_F(OutageTest, ARegistryThatForgotTheOrderToDepartGetsItBackAndHearsTheFarewell) {
    const auto backup = world.snapshot();
    world.start();
    world.run(minutes(2));
    const Keyring keyring = world.root().open(world.remembered().identity->root).value();
    const protocol::Departure departure{to_bytes(crypto::hash(HashAlg::Sha256, keyring.quoter->public_area()).view()), "sold", {}};
    const std::string order = world.fleet.order_departure(*world.id, protocol::to_json(departure));
    lose_broker();
    ASSERT_TRUE(world.agent->import(order)) << "by hand";
    world.restore_registry(backup);
    ASSERT_FALSE(world.fleet.store->document(protocol::DocumentKind::Departure, world.id->text(), 0).value());

    world.broker_up = true;
    world.run(minutes(3));

    EXPECT_TRUE(world.remembered().retired);
    EXPECT_EQ(world.record().standing.status, StandingStatus::Revoked) << world.told();
    EXPECT_EQ(world.record().standing.reason, "it has departed");
}

}  // namespace
}  // namespace anchor::life
