// SPDX-License-Identifier: Apache-2.0

// The life of a device that its owner has revoked, and what its thief tries.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/store/sealed_state.h>
#include <anchor/tpmwire/public_area.h>
#include <anchor/tpmwire/templates.h>
#include <fakes/fake_disk.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;

constexpr std::uint16_t kFleetPort = 8883;
constexpr std::uint16_t kEnrollPort = 8884;

class RevocationTest : public testing::Test {
protected:
    void SetUp() override {
        // The name that its endorsement key gives it, so that it is the same device when it enrols again.
        owned.device_id = tpmwire::device_id_of(tpmwire::parse_public_area(owned.tpm->endorsement_key()).value());
        owned.state().identity->device = owned.device_id;
    }
    void start_connected() {
        owned.start(settings());
        owned.device.link.connect();
        owned.pump();
        ASSERT_EQ(owned.device.link.used.port, kFleetPort);
    }
    AgentSettings settings() { return {.bundle = owned.bundle(owned.signed_anchors(1))}; }

    std::size_t asked(std::string_view verb) {
        return static_cast<std::size_t>(
            std::ranges::count_if(owned.device.link.sent, [&](const Message& m) { return m.topic.ends_with(verb); }));
    }
    void revoke(std::uint64_t number = 7) {
        ASSERT_TRUE(owned.agent->import(owned.standing(number, StandingStatus::Revoked)));
        owned.pump();
    }
    std::string reinstatement(std::uint64_t number) {
        return owned.signed_document(DocumentKind::Reinstatement, "", number, {{"reason", "found"}});
    }
    // No certificate of its own is shown to anybody.
    bool withheld() { return !owned.device.link.started || owned.device.link.used.port == kEnrollPort; }
    void answer_with_claim(std::string_view verb, Json answer) {
        Message reply = owned.reply(verb, std::move(answer), owned.device.clock.wall());
        reply.topic = "anchor/1/acme/enroll/first/" + owned.device_id.text() + "/reply";
        owned.device.link.deliver(std::move(reply));
        owned.pump();
    }

    EnrolledDevice owned;
};

TEST_F(RevocationTest, SaysThatItHasHeardAndThenWithholdsItsCertificate) {
    start_connected();
    revoke();
    ASSERT_EQ(asked("standing.ack"), 1U);
    EXPECT_TRUE(owned.device.link.started) << "it has something to say yet";

    owned.device.link.deliver(owned.reply("standing.ack", Json::object(), owned.device.clock.wall()));
    owned.pump();

    EXPECT_FALSE(owned.device.link.started);
    EXPECT_EQ(owned.device.link.used.key.use_count(), 1) << "only the connection that is over knows the key yet";
    EXPECT_EQ(owned.agent->status()["level"], "revoked");
    EXPECT_EQ(owned.agent->status()["because"], "the owner has revoked this device");
    EXPECT_THAT(owned.agent->status()["connection"]["last_error"].get<std::string>(), HasSubstr("withheld"));
}

TEST_F(RevocationTest, WithholdsItsCertificateAlsoWhereNobodyAnswers) {
    start_connected();
    revoke();

    owned.tick(Seconds(10));

    EXPECT_TRUE(withheld());
}

TEST_F(RevocationTest, IsRevokedAfterARestartAndWithTheClockSetBack) {
    owned.start(settings());
    revoke();
    owned.device.clock.wall_now -= std::chrono::days(3650);

    owned.start(settings());
    owned.tick(Seconds(30));

    EXPECT_EQ(owned.level(), Level::Revoked);
    EXPECT_TRUE(withheld());
}

TEST_F(RevocationTest, IsTheSameTwiceAndTheNewestWins) {
    owned.start(settings());
    revoke(7);
    revoke(7);
    EXPECT_EQ(owned.agent->trust().standing_number, 7U);

    revoke(9);
    EXPECT_EQ(owned.agent->trust().standing_number, 9U);
    EXPECT_FALSE(owned.agent->import(owned.standing(8, StandingStatus::Active)));
    EXPECT_TRUE(owned.agent->import(owned.standing(10, StandingStatus::Active)));
    EXPECT_EQ(owned.level(), Level::Revoked);
}

TEST_F(RevocationTest, IsShownWithTheOwnersReasonAlsoAfterARestart) {
    owned.start(settings());
    ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Suspended, "it was reported stolen")));
    EXPECT_EQ(owned.agent->status()["standing"]["reason"], "it was reported stolen");

    owned.start(settings());
    EXPECT_EQ(owned.agent->status()["standing"]["reason"], "it was reported stolen");

    ASSERT_TRUE(owned.agent->import(owned.standing(8, StandingStatus::Active, "found again")));
    EXPECT_TRUE(owned.agent->status()["standing"]["reason"].is_null());
}

TEST_F(RevocationTest, AnImageOfTheDiskFromBeforeBringsNothingBack) {
    fakes::FakeDisk disk;
    fakes::FakeCounter counter(owned.tpm, 0x01c10110);
    const auto run = [&] {
        store::SealedState sealed(disk, &counter);
        AgentParts parts{owned.device.clock, owned.device.worker, owned.root(), owned.device.link, sealed, owned.device.audit};
        parts.event_log = [] { return Result<Bytes>(unavailable("this machine has no event log")); };
        parts.log = [](Severity, const std::string&) {};
        owned.agent = std::make_unique<Agent>(std::move(parts), AgentSettings{.selections = {{HashAlg::Sha256, 1U << 16U}}});
        owned.agent->start();
        owned.pump();
        const bool shows = owned.device.link.started && owned.device.link.used.port == kFleetPort;
        const bool taken = owned.agent->import(owned.standing(7, StandingStatus::Revoked)).has_value();
        owned.pump();
        owned.agent.reset();
        return std::pair(shows, taken);
    };
    ASSERT_TRUE(store::SealedState(disk, &counter).save(encode(owned.state()), SaveKind::Floor));
    const Bytes image = disk.read("state", 1U << 22U).value().value();
    ASSERT_EQ(run(), std::pair(true, true));

    ASSERT_TRUE(replace(disk, "state", image));
    owned.device.link.stop();

    EXPECT_EQ(run(), std::pair(false, false)) << "it has no identity any more";
}

TEST_F(RevocationTest, ComesBackByAReinstatementAndWithANewKeyAlone) {
    owned.start(settings());
    revoke();
    const Bytes old_key = owned.saved().identity->current.key.public_area;

    ASSERT_TRUE(owned.agent->import(reinstatement(8)));
    owned.pump();

    EXPECT_EQ(owned.level(), Level::Unverified);
    EXPECT_FALSE(owned.saved().identity) << "the old key is of no use";
    ASSERT_TRUE(owned.device.link.started);
    EXPECT_EQ(owned.device.link.used.port, kEnrollPort);
    owned.device.link.connect();
    owned.pump();
    EXPECT_EQ(asked("enroll.begin"), 1U);
}

TEST_F(RevocationTest, TakesNoReinstatementOfBeforeAndNoneByTheOnlineKey) {
    owned.start(settings());
    revoke(7);

    EXPECT_TRUE(owned.agent->import(reinstatement(7)));
    EXPECT_EQ(owned.level(), Level::Revoked);
    const protocol::Document wish{
        DocumentKind::Reinstatement, "acme", protocol::audience_device(owned.device_id), "", 8, owned.device.clock.wall(), std::nullopt,
        {{"reason", "found"}}};
    const auto forged = owned.agent->import(owned.sign_online(wish));
    ASSERT_FALSE(forged);
    EXPECT_THAT(forged.error().what, HasSubstr("unknown key"));
    EXPECT_EQ(owned.level(), Level::Revoked);

    EXPECT_TRUE(owned.agent->import(reinstatement(8))) << "by those who may";
    EXPECT_EQ(owned.level(), Level::Unverified);
}

TEST_F(RevocationTest, AsksSeldomWhetherItIsReinstatedAndIsNotTakenBackWithout) {
    owned.start(settings());
    revoke();
    owned.tick(Seconds(10));
    ASSERT_TRUE(owned.device.link.started);
    ASSERT_EQ(owned.device.link.used.port, kEnrollPort);
    owned.device.link.connect();
    owned.pump();

    answer_with_claim("standing.get", {{"standing", owned.standing(7, StandingStatus::Revoked)}});
    EXPECT_EQ(asked("enroll.begin"), 1U);
    owned.tick(Seconds(40));
    ASSERT_FALSE(owned.device.link.started) << "nobody answered";
    owned.tick(std::chrono::minutes(50));

    EXPECT_FALSE(owned.device.link.started);
    owned.tick(std::chrono::minutes(11));
    EXPECT_TRUE(owned.device.link.started);
    EXPECT_EQ(owned.level(), Level::Revoked);
}

TEST_F(RevocationTest, ThatABrokerClaimsIsAskedOfTheRegistry) {
    owned.start(settings());
    owned.device.link.lose(denied("broker.example:8883: the peer says certificate_revoked"));
    EXPECT_EQ(owned.agent->trust().standing, StandingStatus::Active) << "a broker is not believed";

    owned.tick(Seconds(61));
    ASSERT_EQ(owned.device.link.used.port, kEnrollPort);
    owned.device.link.connect();
    owned.pump();
    answer_with_claim("standing.get", {{"standing", owned.standing(7, StandingStatus::Revoked)}});

    EXPECT_EQ(owned.level(), Level::Revoked);
    owned.tick(Seconds(40));
    EXPECT_TRUE(withheld());
}

TEST_F(RevocationTest, OfABrokersMakingEndsWhereTheRegistryKnowsNothingOfIt) {
    owned.start(settings());
    owned.device.link.lose(denied("broker.example:8883: the peer says certificate_revoked"));
    owned.tick(Seconds(61));
    owned.device.link.connect();
    owned.pump();
    owned.tick(Seconds(40));  // nobody answers

    EXPECT_TRUE(owned.device.link.started);
    EXPECT_EQ(owned.device.link.used.port, kFleetPort) << "what it has may still be good";
}

}  // namespace
}  // namespace anchor::agent
