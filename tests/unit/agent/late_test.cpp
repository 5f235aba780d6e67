// SPDX-License-Identifier: Apache-2.0
// What comes late, or in another order than it happened.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

class Late : public testing::Test {
protected:
    EnrolledDevice owned;
};

TEST_F(Late, OfTwoPoliciesWithOneNumberTheLaterCounts) {
    owned.start();
    Json body = EnrolledDevice::policy_body("1m");
    const std::string first = owned.signed_document(protocol::DocumentKind::Policy, "edge", 8, body);
    owned.device.clock.pass(std::chrono::hours(1));
    body["rules"][0]["because"] = "Signed by a registry that had forgotten the first.";
    const std::string second = owned.signed_document(protocol::DocumentKind::Policy, "edge", 8, body);

    for (const std::string& text : {first, second, first}) EXPECT_TRUE(owned.agent->import(text));

    EXPECT_EQ(owned.saved().documents.at("policy/edge"), second);
}

TEST_F(Late, WhatTheTpmCountedBeforeTheRegistrySpokeDoesNotCountAfterwards) {
    owned.certify(owned.device.clock.wall() + std::chrono::days(365));
    owned.start();
    owned.device.link.connect();
    owned.pump();
    const auto hour = Milliseconds(std::chrono::hours(1));
    const auto pass = [&](Milliseconds time) {
        owned.device.clock.pass(time);
        owned.tpm->advance(static_cast<std::uint64_t>(time.count()));
    };
    pass(Seconds(30));
    owned.agent->tick();
    owned.device.worker.work();  // the quote is made, and days pass before anybody looks at it
    pass(100 * hour);
    const WallTime told = owned.device.clock.wall();
    owned.device.link.deliver(owned.reply("standing.get", {{"standing", owned.standing(2, StandingStatus::Active)}}, told));
    owned.pump();
    owned.tick(Seconds(30));

    EXPECT_LE(owned.device.link.used.time().at, told + hour);
}

}  // namespace
}  // namespace anchor::agent
