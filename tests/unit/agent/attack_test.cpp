// SPDX-License-Identifier: Apache-2.0

// What somebody on the wire, at the registry or at the device tries in order to be trusted more, each as a life of a device.

#include <gtest/gtest.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;

constexpr Milliseconds kTick{30'000};

class AttackTest : public testing::Test {
protected:
    /// A policy of one rule; what is unknown to it is a warning, and it recovers at once.
    void judge_by(std::string_view require) {
        Json body = EnrolledDevice::policy_body("0s");
        body["rules"][0]["require"] = require;
        body["rules"][0]["if_unknown"] = "warning";
        owned.install_documents("0s");
        owned.put("policy/edge", 1, owned.signed_document(DocumentKind::Policy, "edge", 1, body));
    }
    std::string fresh(std::uint64_t number) {
        const WallTime end = owned.device.clock.wall() + std::chrono::hours{24};
        return owned.signed_document(DocumentKind::Fresh, "", number, protocol::to_json(protocol::Freshness{}), end);
    }

    EnrolledDevice owned;
};

TEST_F(AttackTest, AFailingTpmNeverLiftsAQuarantine) {
    judge_by("boot.pcrs_match");
    owned.start();
    owned.tpm->extend(16, crypto::hash(HashAlg::Sha256, as_bytes("attack")));
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Quarantined);

    owned.tpm->fail_with(unavailable("cut off"));
    owned.tick(kTick);
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Quarantined);
}

TEST_F(AttackTest, ALostIdentityNeverLiftsAboveUnverified) {
    judge_by("!time.before_floor");
    owned.start();
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Trusted);

    owned.tpm->clear();
    owned.start();
    owned.tick(kTick);
    owned.tick(kTick);

    EXPECT_GE(owned.level(), Level::Unverified);
}

TEST_F(AttackTest, ARepeatedWordOfFreshnessGrowsOld) {
    judge_by("registry.fresh_age < duration('10m')");
    owned.start();
    const std::string said = fresh(3);
    ASSERT_TRUE(owned.agent->import(said));
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;

    owned.device.clock.pass(std::chrono::minutes{11});
    ASSERT_TRUE(owned.agent->import(said)) << "the broker repeats what it holds";
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Quarantined);
    ASSERT_TRUE(owned.agent->import(fresh(4)));
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(AttackTest, ARegistryWithAWrongClockDoesNotLockTheDeviceOut) {
    const WallTime end = owned.device.clock.wall() + std::chrono::days{365};
    owned.certify(end);
    owned.start();
    owned.device.link.connect();
    owned.pump();

    const WallTime wrong = from_rfc3339("9999-01-01T00:00:00Z").value();
    owned.device.link.deliver(owned.reply("standing.get", {{"standing", owned.standing(2, StandingStatus::Active)}}, wrong));

    EXPECT_EQ(owned.saved().time_floor, end);
    EXPECT_EQ(owned.saved().trust.standing_number, 2U);
}

TEST_F(AttackTest, AnEnormousVersionOfAStolenKeyEndsWithTheKey) {
    owned.start();
    ASSERT_TRUE(owned.agent->import(fresh(~0ULL >> 12U)));
    ASSERT_FALSE(owned.agent->import(fresh(1)));

    owned.replace_online_key();
    ASSERT_TRUE(owned.agent->import(owned.signed_anchors(2)));

    EXPECT_TRUE(owned.agent->import(fresh(1)));
    EXPECT_EQ(owned.device.link.used.anchors, (std::vector<Bytes>{Bytes{0}, Bytes{2}})) << "and the broker is judged by the new set";
}

TEST_F(AttackTest, WhatAReplacedKeySignedIsOverAtOnce) {
    judge_by("!time.before_floor");
    owned.start();
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Trusted);

    Json body = protocol::to_json(owned.anchors(2));
    body["roles"].erase("policy");
    ASSERT_TRUE(owned.agent->import(owned.signed_document(DocumentKind::Anchors, "", 2, body)));
    owned.tick(kTick);

    EXPECT_GE(owned.level(), Level::Unverified);
}

TEST_F(AttackTest, EnrollingAgainDoesNotGoBackToRetiredKeys) {
    const std::string retired = owned.signed_anchors(1);
    owned.replace_online_key();
    owned.state().anchors = owned.anchors(5);
    owned.state().identity.reset();
    owned.start({.bundle = owned.bundle(retired)});

    ASSERT_TRUE(owned.device.link.started);
    EXPECT_EQ(owned.device.link.used.anchors, (std::vector<Bytes>{Bytes{0}, Bytes{5}}));
}

}  // namespace
}  // namespace anchor::agent
