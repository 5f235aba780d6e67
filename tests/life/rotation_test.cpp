// SPDX-License-Identifier: Apache-2.0
// Certificates that follow each other, on whole devices: with a TPM and a registry that both forget nothing, and with those that do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>
#include <anchor/protocol/departure.h>

#include "world.h"

namespace anchor::life {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

class DeviceRotation : public testing::Test {
protected:
    // A day of such a device is a year of others.
    void SetUp() override {
        world.fleet.settings.certificate_lifetime = hours(3);
        world.settle_in();
    }

    std::optional<Result<std::string>> rotate_now() {
        std::optional<Result<std::string>> how;
        world.agent->rotate([&how](Result<std::string> result) { how = std::move(result); });
        world.pump();
        return how;
    }

    World world;
};

TEST_F(DeviceRotation, ComesByItselfAfterTwoThirdsOfTheLifetime) {
    const std::string first = world.serial_in_use();
    world.run(minutes(105), minutes(5));
    EXPECT_EQ(world.serial_in_use(), first) << "too early";

    world.run(minutes(30), minutes(5));

    EXPECT_NE(world.serial_in_use(), first);
    EXPECT_EQ(world.enrolments, 1U) << "in no other way than by a rotation";
    world.expect_whole();
    world.run(hours(6), minutes(10));
    world.expect_whole();
}

TEST_F(DeviceRotation, ComesWhenAnOperatorWantsIt) {
    const std::string first = world.serial_in_use();

    const auto how = rotate_now();

    ASSERT_TRUE(how && *how) << (how ? how->error().what : "nobody said how it ended");
    EXPECT_EQ(how->value(), world.serial_in_use());
    EXPECT_NE(how->value(), first);
    world.expect_whole();
}

TEST_F(DeviceRotation, FollowsAnOrderOnceAndWithinItsTime) {
    const std::string first = world.serial_in_use();
    const WallTime by = world.fleet.clock.wall() + hours(1);
    world.fleet.set_standing(*world.id, [by](Standing& standing) { standing.rotate_by = by; });
    world.publish_standing();
    world.run(hours(1) + minutes(4), minutes(4));
    const std::string second = world.serial_in_use();
    EXPECT_NE(second, first);

    world.run(minutes(30), minutes(5));
    world.restart();
    world.run(minutes(10));

    EXPECT_EQ(world.serial_in_use(), second) << "an order that was followed is followed";
    world.expect_whole();
}

TEST_F(DeviceRotation, AnOrderThatComesWhileAnotherCertificateIsMadeIsFollowedByTheNextOne) {
    world.agent->rotate([](const Result<std::string>&) {});
    const WallTime by = world.fleet.clock.wall() + hours(1);
    world.fleet.set_standing(*world.id, [by](Standing& standing) { standing.rotate_by = by; });
    world.publish_standing();
    world.run(minutes(2));
    const std::string first = world.serial_in_use();
    EXPECT_FALSE(world.remembered().identity->current.rotate_by) << "it was asked for before";

    world.run(hours(1) + minutes(4), minutes(4));

    EXPECT_NE(world.serial_in_use(), first);
    EXPECT_EQ(world.remembered().identity->current.rotate_by, by);
    world.expect_whole();
}

TEST_F(DeviceRotation, ARenewalForgetsNoOrderToDepart) {
    const auto keys = world.remembered();
    const Keyring keyring = world.root().open(keys.identity->root).value();
    const protocol::Departure departure{to_bytes(crypto::hash(HashAlg::Sha256, keyring.quoter->public_area()).view()), "worn out", {}};
    const std::string order = world.fleet.order_departure(*world.id, protocol::to_json(departure));
    world.refuse_serials_but = "nobody's";
    world.device->link.lose(denied("peer refuses us: alert unknown_ca (48)"));
    ASSERT_TRUE(world.agent->import(order)) << "by hand, and the farewell does not get out";
    for (int i = 0; i < 6 && world.enrolments < 2; ++i) world.run(std::chrono::seconds(30));
    EXPECT_EQ(world.enrolments, 2U) << "it had to renew itself on the way out";
    EXPECT_EQ(world.remembered().leaving, order);

    world.refuse_serials_but.clear();
    world.run(minutes(5));

    EXPECT_TRUE(world.remembered().retired);
    EXPECT_EQ(world.record().standing.status, StandingStatus::Revoked) << "and the registry has heard the farewell";
}

TEST_F(DeviceRotation, KeepsTheKeyWhereThatIsConfigured) {
    world.new_keys = false;
    world.restart();
    world.run(minutes(2));
    const Bytes key = world.record().device_key;
    const std::string first = world.serial_in_use();

    ASSERT_TRUE(rotate_now().value());

    EXPECT_EQ(world.record().device_key, key);
    EXPECT_NE(world.serial_in_use(), first);
    world.expect_whole();
}

TEST_F(DeviceRotation, AnotherAlgorithmInTheConfigurationIsAReason) {
    world.key_alg = KeyAlg::EcP384;
    world.new_keys = false;
    world.restart();
    world.run(minutes(5));

    EXPECT_EQ(world.device->link.used.key->algorithm(), KeyAlg::EcP384);
    world.expect_whole();
}

TEST_F(DeviceRotation, FallsBackToTheOldOneWhereTheNewOneIsRefusedAndTriesAgain) {
    const std::string first = world.serial_in_use();
    world.refuse_serials_but = first;  // a broker that does not know the new issuer yet, say
    EXPECT_FALSE(rotate_now().value());
    world.run(minutes(2));
    EXPECT_EQ(world.serial_in_use(), first);
    EXPECT_TRUE(world.device->link.connected());
    EXPECT_TRUE(world.remembered().identity->next) << "it may still become usable";

    world.refuse_serials_but.clear();
    world.run(minutes(10));

    EXPECT_NE(world.serial_in_use(), first);
    world.expect_whole();
}

TEST_F(DeviceRotation, ANextOneThatNeverWorksIsDroppedAndAnotherIsAskedFor) {
    const std::string first = world.serial_in_use();
    world.refuse_serials_but = first;
    EXPECT_FALSE(rotate_now().value());
    world.run(minutes(40), minutes(1));

    EXPECT_TRUE(world.log_has("the next certificate is dropped"));
    EXPECT_EQ(world.serial_in_use(), first);
    world.refuse_serials_but.clear();
    world.run(hours(2), minutes(5));
    EXPECT_NE(world.serial_in_use(), first);
    world.expect_whole();
}

TEST_F(DeviceRotation, ADeviceThatSleptThroughItsExpiryComesBackAsTheSame) {
    const std::uint64_t number = world.record().standing.number;
    const DeviceId before = *world.id;
    world.device->link.lose(unavailable("gone"));
    world.broker_up = false;
    world.run(hours(12), minutes(10));
    world.broker_up = true;
    world.run(minutes(30));

    EXPECT_EQ(world.enrolments, 2U);
    world.expect_whole();
    EXPECT_EQ(*world.id, before);
    EXPECT_EQ(world.record().standing.number, number);
    EXPECT_GE(world.remembered().floors.at("standing"), number);
}

TEST_F(DeviceRotation, ADeviceThatSleptThroughItsExpiryAndAReplacedOnlineKeyComesBackAsTheSame) {
    const DeviceId before = *world.id;
    world.device->link.lose(unavailable("gone"));
    world.broker_up = false;
    world.run(hours(12), minutes(10));
    world.fleet.replace_online_key();
    world.fleet.replace_online_key();
    world.fleet.set_standing(*world.id, [](Standing&) {});  // by the key in use
    world.broker_up = true;
    world.run(minutes(30));

    world.expect_whole();
    EXPECT_EQ(*world.id, before);
    EXPECT_EQ(world.remembered().anchors->version, 5U);
    EXPECT_TRUE(world.log_has("the trust anchors have moved to version 5")) << world.told();
}

TEST_F(DeviceRotation, ASuspendedDeviceDoesNotComeBackThatWay) {
    world.fleet.set_standing(*world.id, [](Standing& standing) { standing.status = StandingStatus::Suspended; });
    world.publish_standing();
    world.broker_up = false;
    world.device->link.lose(unavailable("gone"));
    world.run(hours(4), minutes(10));
    world.broker_up = true;
    world.run(hours(1), minutes(5));

    EXPECT_FALSE(world.device->link.connected() && world.device->link.used.port == world.fleet.settings.broker_port);
    EXPECT_TRUE(world.log_has("the owner has suspended this device"));

    world.fleet.set_standing(*world.id, [](Standing& standing) { standing.status = StandingStatus::Active; });
    world.run(hours(1), minutes(5));
    EXPECT_TRUE(world.device->link.connected()) << "as soon as the owner wants it";
    world.expect_whole();
}

TEST_F(DeviceRotation, ARegistryThatForgotTheRotationGetsTheDeviceBack) {
    const auto backup = world.snapshot();
    world.start();
    world.run(minutes(2));
    ASSERT_TRUE(rotate_now().value());
    world.device->link.lose(unavailable("the registry is restored"));
    world.restore_registry(backup);

    world.run(minutes(30));

    EXPECT_TRUE(world.log_has("the registry does not know this device's key"));
    world.expect_whole();
}

// Of the policy it remembers an earlier one, or none.
class ForgottenPolicy : public DeviceRotation, public testing::WithParamInterface<bool> {};

TEST_P(ForgottenPolicy, AndStandingOfARestoredRegistryDoNotStopTheRenewalOfWhatExpired) {
    const auto publish = [this](std::uint64_t version) {
        const Json rule = {{"id", "enrolled"},
                           {"about", "configuration"},
                           {"require", "identity.enrolled"},
                           {"otherwise", "contraindicated"},
                           {"because", "It has not enrolled."}};
        world.fleet.set_policy({{"policy", world.fleet.settings.default_group}, {"version", version}, {"rules", {rule}}});
        world.publish_policy();
    };
    if (GetParam()) publish(1);
    const auto backup = world.snapshot();
    world.start();
    publish(2);
    world.fleet.set_standing(*world.id, [](Standing& standing) { standing.reason = "watched"; });
    world.publish_standing();
    world.run(minutes(2));
    const std::uint64_t number = world.remembered().trust.standing_number;
    world.broker_up = false;
    world.device->link.lose(unavailable("gone"));
    world.retained.clear();
    world.restore_registry(backup);
    ASSERT_LT(world.record().standing.number, number);
    world.run(hours(12), minutes(10));

    world.broker_up = true;
    world.run(minutes(30));

    world.expect_whole();
    const std::string policy = "policy/" + world.fleet.settings.default_group;
    EXPECT_EQ(world.remembered().floors.at(policy), GetParam() ? 2U : 1U);
    EXPECT_EQ(world.remembered().documents.count(policy), 1U) << "it is still judged by it";
    EXPECT_GE(world.record().standing.number, number) << "the device has given it back";
}

INSTANTIATE_TEST_SUITE_P(Backups, ForgottenPolicy, testing::Bool(), [](const auto& test) { return test.param ? "OfBefore" : "OfNone"; });

TEST_F(DeviceRotation, WithoutABundleItSaysWhatIsMissing) {
    world.bundle_there = false;
    world.restart();
    world.broker_up = false;
    world.device->link.lose(unavailable("gone"));
    world.run(hours(4), minutes(10));
    world.broker_up = true;
    world.run(minutes(10));

    EXPECT_TRUE(world.log_has("without a claim bundle it cannot enrol again"));
    EXPECT_TRUE(world.remembered().identity) << "an operator's bundle will help it";
}

TEST_F(DeviceRotation, TellsWhenItIsDue) {
    const Json rotation = world.agent->status()["identity"]["rotation"];
    EXPECT_EQ(rotation["due"], false);
    world.broker_up = false;
    world.device->link.lose(unavailable("gone"));
    world.run(minutes(140), minutes(10));

    EXPECT_EQ(world.agent->status()["identity"]["rotation"]["due"], true);
}

TEST(RotationWindow, SpreadsAFleetAndStaysTheSameForOneDevice) {
    const identity::RotationOrder order{WallTime{}, WallTime{Milliseconds{1'000'000}}};
    std::vector<WallTime> times;
    for (char c = 'a'; c <= 'z'; ++c) {
        const DeviceId device = DeviceId::parse(std::string(26, c)).value();
        times.push_back(identity::rotation_time(order, device));
        EXPECT_EQ(times.back(), identity::rotation_time(order, device));
        EXPECT_GE(times.back(), order.given);
        EXPECT_LE(times.back(), order.by);
    }
    std::ranges::sort(times);

    EXPECT_LT(times.front(), WallTime{Milliseconds{250'000}});
    EXPECT_GT(times.back(), WallTime{Milliseconds{750'000}});
    EXPECT_TRUE(std::ranges::adjacent_find(times) == times.end());
}

}  // namespace
}  // namespace anchor::life
