// SPDX-License-Identifier: Apache-2.0
// A broker that holds something back: it lets through that all is well, and not what has changed. The device sees it as age, within the
// time that its policy grants.
#include <gmock/gmock.h>

#include <anchor/protocol/revocations.h>
#include <fakes/fake_shelf.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;

constexpr Milliseconds kTick = Seconds{30};

class Withheld : public testing::Test {
protected:
    Withheld() {
        owned.device.shelf = &shelf_;
        Json body = EnrolledDevice::policy_body("0s");
        body["rules"] = {{{"id", "fresh"},
                          {"about", "configuration"},
                          {"require", "registry.fresh_age < duration('10m')"},
                          {"otherwise", "contraindicated"},
                          {"if_unknown", "contraindicated"},
                          {"because", "The registry was not heard."}}};
        owned.put("policy/gateways", 1, owned.signed_document(DocumentKind::Policy, "gateways", 1, body));
        owned.start();
        owned.device.link.connect();
        owned.pump();
        say_all_is_well({});
        owned.tick(kTick);
        owned.tick(kTick);
    }
    // What the registry says once in a while, retained.
    void say_all_is_well(std::map<std::string, std::uint64_t> versions) {
        const Json body = protocol::to_json(protocol::Freshness{std::move(versions)});
        const protocol::Document document{DocumentKind::Fresh, "acme", protocol::audience_fleet(), "", ++number_, owned.device.clock.wall(),
                                          std::nullopt,        body};
        owned.device.link.deliver({"anchor/1/acme/fleet/fresh", to_bytes(owned.sign_online(document)), {}, true});
        owned.pump();
    }
    void pass(Milliseconds time, const std::map<std::string, std::uint64_t>& versions) {
        for (Milliseconds gone{0}; gone < time; gone += Seconds{300}) {
            say_all_is_well(versions);
            owned.tick(Seconds{300});
        }
        owned.tick(kTick);
    }
    [[nodiscard]] std::size_t asked(std::string_view verb) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(owned.device.link.sent, [&](const Message& m) { return m.topic.ends_with(verb); }));
    }
    static constexpr const char* kRow = "standing/a";  // of the device "abc…"

    fakes::FakeShelf shelf_;
    EnrolledDevice owned;
    std::uint64_t number_ = 0;
};

TEST_F(Withheld, ADeviceThatHasEverythingStaysTrusted) {
    pass(Seconds{3600}, {{"policy/gateways", 1}, {"anchors", 1}, {"standing/b", 700}});

    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(Withheld, ARevocationThatIsHeldBackIsNoticedWithinThePolicysTime) {
    ASSERT_EQ(owned.level(), Level::Trusted);
    owned.device.link.sent.clear();

    pass(Seconds{900}, {{kRow, 5}});  // all is well, says the broker's choice of messages; the standing itself never comes

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_GE(asked("standing.get"), 2U) << "and it goes on asking";
}

TEST_F(Withheld, WithTheStandingTheAgeIsThatOfTheWordAgain) {
    pass(Seconds{900}, {{kRow, 5}});
    ASSERT_EQ(owned.level(), Level::Quarantined);

    owned.device.clock.pass(Seconds{61});
    say_all_is_well({{kRow, 5}});  // it asks again
    const std::string fresh =
        owned.sign_online({DocumentKind::Fresh, "acme", protocol::audience_fleet(), "", ++number_, owned.device.clock.wall(), std::nullopt,
                           protocol::to_json(protocol::Freshness{{{kRow, 5}}})});
    owned.device.link.deliver(
        owned.reply("standing.get", {{"standing", owned.standing(1, StandingStatus::Active)}}, owned.device.clock.wall(), fresh));
    owned.pump();
    owned.tick(kTick);
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(Withheld, APolicyThatIsHeldBackIsNoticedAndAskedFor) {
    owned.device.link.sent.clear();

    pass(Seconds{900}, {{"policy/gateways", 2}});

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_GE(asked("document.get"), 1U);
}

TEST_F(Withheld, ARevocationListThatIsHeldBackIsNoticedToo) {
    owned.device.link.sent.clear();

    pass(Seconds{900}, {{"revocations", 7}});

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_GE(asked("document.get"), 1U);
}

TEST_F(Withheld, ARevocationListOfWhichOnlyTheNameComesIsNoticedToo) {
    const BlobName name{crypto::hash(HashAlg::Sha256, as_bytes("a list")), 6};
    const protocol::RevocationManifest manifest{{{name, 3, std::nullopt, 0}}};
    ASSERT_TRUE(owned.agent->import(owned.signed_document(DocumentKind::Revocations, "", 7, to_json(manifest))));
    owned.pump();

    pass(Seconds{900}, {{"revocations", 7}});

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_GE(asked("blob.get"), 1U);
}

TEST_F(Withheld, ANewOnlineKeyIsHeardWhateverTheOldOneHasCounted) {
    owned.device.clock.pass(Seconds{61});
    say_all_is_well({{kRow, 1'000'000}});
    const protocol::Document enormous{DocumentKind::Fresh,
                                      "acme",
                                      protocol::audience_fleet(),
                                      "",
                                      ++number_,
                                      owned.device.clock.wall(),
                                      std::nullopt,
                                      protocol::to_json(protocol::Freshness{{{kRow, 1'000'000}}})};
    owned.device.link.deliver(owned.reply("standing.get", {{"standing", owned.standing(1, StandingStatus::Active)}},
                                          owned.device.clock.wall(), owned.sign_online(enormous)));
    owned.pump();

    owned.replace_online_key();
    ASSERT_TRUE(owned.agent->import(owned.signed_anchors(2)));
    owned.device.link.connect();
    owned.pump();
    owned.device.link.sent.clear();
    pass(Seconds{900}, {{kRow, 5}, {"anchors", 2}});

    EXPECT_GE(asked("standing.get"), 1U) << "5 is a change that this device has not asked about";
    EXPECT_EQ(owned.level(), Level::Quarantined);
}

TEST_F(Withheld, AnOlderPolicyThatIsPublishedAgainGoesBackOnceAMinute) {
    Json body = EnrolledDevice::policy_body("0s");
    const std::string older = owned.signed_document(DocumentKind::Policy, "gateways", 1, body);
    ASSERT_TRUE(owned.agent->import(owned.signed_document(DocumentKind::Policy, "gateways", 2, body)));
    owned.pump();
    owned.device.link.sent.clear();

    for (int i = 0; i < 5; ++i) {
        owned.device.link.deliver({"anchor/1/acme/fleet/policy/gateways", to_bytes(older), {}, true});
        owned.pump();
    }

    EXPECT_EQ(asked("document.put"), 1U) << "whoever repeats it does not make the device speak more often";
}

TEST_F(Withheld, ARegistryThatHasForgottenGetsItsDocumentsBack) {
    const auto answer = [&](std::uint64_t number) {
        owned.device.clock.pass(Seconds{61});
        say_all_is_well({{kRow, number_ + 5}});
        owned.device.link.deliver(
            owned.reply("standing.get", {{"standing", owned.standing(number, StandingStatus::Active)}}, owned.device.clock.wall()));
        owned.pump();
    };
    answer(9);
    ASSERT_EQ(owned.agent->trust().standing_number, 9U);

    answer(3);  // restored from a backup of last week

    EXPECT_EQ(asked("document.put"), 1U) << "its standing 9 proves that there was one";
    EXPECT_EQ(owned.agent->trust().standing_number, 9U);
}

}  // namespace
}  // namespace anchor::agent
