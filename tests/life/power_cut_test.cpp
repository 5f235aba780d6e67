// SPDX-License-Identifier: Apache-2.0
// The power goes before every single operation of a device, one run each: every write, sync, rename and removal on its disk, every command
// of its TPM, every message that it sends. Nothing is sampled: a first run counts the operations, and then as many runs are cut. Each is
// cut twice where that makes a difference: what was not synced is gone, or is there in half.
#include <gtest/gtest.h>

#include "world.h"

namespace anchor::life {
namespace {

using std::chrono::minutes;

class PowerCut : public testing::Test {
protected:
    /// Runs `act` from what the world is now as often as it has operations, cutting one further each time, and each time holds what came
    /// of it against `check`.
    void cut_everywhere(const std::function<void()>& act, const std::function<void()>& check) {
        const World::Snapshot before = world.snapshot();
        world.lay_in(before);
        act();
        const std::size_t operations = world.power.operations();
        ASSERT_GT(operations, 10U) << "hardly anything happened";
        ASSERT_NO_FATAL_FAILURE(check());
        for (std::size_t i = 0; i < operations && !HasFailure(); ++i) {
            SCOPED_TRACE("cut before operation " + std::to_string(i) + " of " + std::to_string(operations));
            cut(before, i, act, false);
            check();
            if (!torn_differs_) continue;
            cut(before, i, act, true);
            check();
        }
        RecordProperty("operations", static_cast<int>(operations));
    }

    World world;

private:
    void cut(const World::Snapshot& before, std::size_t operation, const std::function<void()>& act, bool torn) {
        world.lay_in(before);
        world.power.cut_at(operation);
        act();
        torn_differs_ = world.disk.has_unsynced();
        world.restart(torn);
        world.run_until_whole();
    }

    bool torn_differs_ = false;
};

TEST_F(PowerCut, InAnEnrolment) {
    world.broker_up = false;
    world.start();
    cut_everywhere(
        [this] {
            world.start();
            world.run(minutes(2));
        },
        [this] { world.expect_whole(); });
}

TEST_F(PowerCut, InARotation) {
    world.settle_in();
    cut_everywhere(
        [this] {
            world.start();
            world.run(minutes(1));
            if (world.power.gone()) return;
            world.agent->rotate([](const Result<std::string>&) {});
            world.pump();
            world.run(minutes(1));
        },
        [this] { world.expect_whole(World::Grants::MayBeLost); });
}

TEST_F(PowerCut, InAChangeOfAnchors) {
    world.settle_in();
    world.fleet.change_anchors();
    cut_everywhere(
        [this] {
            world.start();
            world.publish_anchors();
            world.run(minutes(1));
        },
        [this] {
            world.publish_anchors();
            world.expect_whole();
            EXPECT_EQ(world.remembered().anchors->version, 2U);
        });
}

TEST_F(PowerCut, InAChangeOfPolicy) {
    world.settle_in();
    const Json body = {{"policy", world.fleet.settings.default_group},
                       {"version", 1},
                       {"rules",
                        {{{"id", "enrolled"},
                          {"about", "configuration"},
                          {"require", "identity.enrolled"},
                          {"otherwise", "contraindicated"},
                          {"because", "It has not enrolled."}}}},
                       {"levels", {{"recover_after", "0s"}, {"recovery", "local"}}}};
    world.fleet.set_policy(body);
    cut_everywhere(
        [this] {
            world.start();
            world.publish_policy();
            world.run(minutes(1));
        },
        [this] {
            world.publish_policy();
            world.expect_whole();
            EXPECT_EQ(world.remembered().floors.at("policy/" + world.fleet.settings.default_group), 1U);
            EXPECT_EQ(world.agent->trust().local, Level::Trusted) << world.agent->trust().because;
        });
}

TEST_F(PowerCut, InAChangeOfStanding) {
    world.settle_in();
    world.fleet.set_standing(*world.id, [](Standing& standing) {
        standing.status = StandingStatus::Suspended;
        standing.reason = "stolen";
    });
    cut_everywhere(
        [this] {
            world.start();
            world.publish_standing();
            world.run(minutes(1));
        },
        [this] {
            world.expect_whole();
            EXPECT_EQ(world.remembered().trust.standing, StandingStatus::Suspended);
            EXPECT_GE(world.agent->trust().level, Level::Quarantined);
        });
}

}  // namespace
}  // namespace anchor::life
