// SPDX-License-Identifier: Apache-2.0
// A device that leaves its owner, and those who would like it to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/protocol/departure.h>
#include <anchor/tpmwire/attestation.h>
#include <fakes/fake_shelf.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;

constexpr std::uint16_t kFleetPort = 8883;
constexpr std::uint16_t kNextPort = 9994;

// Who the device goes to.
class NextOwner {
public:
    std::string signed_set() {
        protocol::AnchorSet set{.version = 1};
        for (const crypto::SoftwareKey* key : {&online_, &offline_}) set.keys.emplace(kid(*key), key->public_value());
        for (std::size_t i = 0; i < protocol::kDocumentKindCount; ++i) {
            const auto kind = static_cast<DocumentKind>(i);
            set.roles[kind] = {{kid(protocol::is_offline(kind) ? offline_ : online_)}, 1};
        }
        set.broker_anchors = {Bytes{7}};
        const protocol::Document document{DocumentKind::Anchors, "next", protocol::audience_fleet(), "", 1, WallTime{}, std::nullopt,
                                          protocol::to_json(set)};
        const std::array signers = {crypto::JwsSigner{kid(offline_), offline_}};
        return protocol::sign(document, signers).value();
    }
    protocol::ClaimBundle bundle() {
        protocol::ClaimBundle bundle{.tenant = "next", .claim = "first", .host = "next.example", .port = kNextPort};
        bundle.private_key = online_.to_pkcs8_pem();
        bundle.anchors = signed_set();
        bundle.authority.emplace(kid(offline_), offline_.public_value());
        return bundle;
    }
    protocol::Destination destination() {
        const protocol::ClaimBundle born = bundle();
        return {born.tenant, born.anchors, born.authority};
    }

private:
    static std::string kid(const crypto::SoftwareKey& key) { return key.public_value().thumbprint(); }

    crypto::SoftwareKey online_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::SoftwareKey offline_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
};

class DepartureTest : public testing::Test {
protected:
    /// With the claim bundle of somebody, or of the owner.
    void start(NextOwner* whose = nullptr) {
        bundles_of = whose;
        owned.install_documents();
        again();
    }
    void restart() { owned.start({.bundle = bundles_of != nullptr ? bundles_of->bundle() : owned.bundle(owned.signed_anchors(1))}); }
    void again() {
        restart();
        owned.device.link.connect();
        owned.pump();
        ASSERT_EQ(owned.device.link.used.port, kFleetPort);
    }
    /// Named after its endorsement key, as whoever enrols again has to be.
    void take_its_own_name() {
        const Keyring keyring = owned.root().open(owned.state().identity->root).value();
        owned.device_id = DeviceId::from_digest(crypto::hash(HashAlg::Sha256, keyring.endorser->endorsement().value().public_area));
        owned.state().identity->device = owned.device_id;
    }
    protocol::Departure order(std::optional<protocol::Destination> to = std::nullopt) {
        const Keyring keyring = owned.root().open(owned.state().identity->root).value();
        return {to_bytes(crypto::hash(HashAlg::Sha256, keyring.quoter->public_area()).view()), "sold", std::move(to)};
    }
    std::string signed_order(const protocol::Departure& departure, std::uint64_t version = 5) {
        return owned.signed_document(DocumentKind::Departure, owned.device_id.text(), version, protocol::to_json(departure));
    }
    Result<void> give(const std::string& text) {
        auto taken = owned.agent->import(text);
        owned.pump();
        return taken;
    }
    std::size_t farewells() {
        return static_cast<std::size_t>(
            std::ranges::count_if(owned.device.link.sent, [](const Message& m) { return m.topic.ends_with("farewell"); }));
    }
    void answer() {
        owned.device.link.deliver(owned.reply("farewell", Json::object(), owned.device.clock.wall()));
        owned.pump();
    }
    [[nodiscard]] bool untouched() const {
        const DeviceState state = owned.saved();
        return state.identity && state.leaving.empty() && !state.destination && !state.retired;
    }
    bool log_has(std::string_view text) {
        return std::ranges::any_of(owned.device.log, [&](const std::string& line) { return line.find(text) != std::string::npos; });
    }

    EnrolledDevice owned;
    NextOwner next;
    NextOwner* bundles_of = nullptr;
};

TEST_F(DepartureTest, HandedOverItForgetsItsOwnerAndEnrolsWithTheNextOne) {
    start(&next);
    ASSERT_TRUE(give(signed_order(order(next.destination()))));
    ASSERT_EQ(farewells(), 1U);
    EXPECT_TRUE(owned.saved().identity) << "not before the registry has heard it";
    answer();
    owned.tick(Seconds(30));

    const DeviceState state = owned.saved();
    EXPECT_FALSE(state.identity);
    EXPECT_FALSE(state.anchors);
    EXPECT_TRUE(state.documents.empty());
    EXPECT_TRUE(state.floors.empty());
    EXPECT_EQ(state.destination->tenant, "next");
    EXPECT_EQ(owned.level(), Level::Unverified);
    EXPECT_EQ(owned.device.link.used.host, "next.example");
    EXPECT_EQ(owned.device.link.used.port, kNextPort);
}

TEST_F(DepartureTest, HandedOverItGoesToNobodyElse) {
    start();
    ASSERT_TRUE(give(signed_order(order(next.destination()))));
    answer();
    owned.tick(std::chrono::hours(1));

    EXPECT_FALSE(owned.device.link.started);
    EXPECT_TRUE(log_has("handed over to \"next\""));
    EXPECT_EQ(owned.agent->status()["identity"]["departure"], (Json{{"to", "next"}, {"done", true}}));
}

TEST_F(DepartureTest, ABundleOfTheNextOwnersNameByOtherKeysIsNotHis) {
    NextOwner impostor;
    start(&impostor);
    ASSERT_TRUE(give(signed_order(order(next.destination()))));
    answer();
    owned.tick(std::chrono::hours(1));

    EXPECT_FALSE(owned.device.link.started);
    EXPECT_TRUE(log_has("claim bundle: trust-anchor set"));
}

TEST_F(DepartureTest, RetiredItEnrolsWithNobodyUntilSomebodyResetsIt) {
    start();
    ASSERT_TRUE(give(signed_order(order())));
    answer();
    restart();
    owned.tick(std::chrono::hours(24));
    EXPECT_FALSE(owned.device.link.started);
    EXPECT_TRUE(owned.saved().retired);

    ASSERT_TRUE(owned.agent->reset());
    owned.pump();
    EXPECT_TRUE(owned.device.link.started);
    EXPECT_FALSE(owned.saved().retired);
}

TEST_F(DepartureTest, TheFarewellIsWhatItsTpmSaysAboutThatVeryOrder) {
    start();
    const std::string text = signed_order(order());
    ASSERT_TRUE(give(text));
    const auto said = std::ranges::find_if(owned.device.link.sent, [](const Message& m) { return m.topic.ends_with("farewell"); });
    ASSERT_NE(said, owned.device.link.sent.end());
    const auto jws = crypto::UnverifiedJws::parse(as_text(said->payload)).value();
    const auto key = crypto::PublicKey::from_spki(owned.device.link.used.key->public_key()).value();
    const auto request = protocol::request_from(jws.verify(protocol::kRequestTyp, {{key.thumbprint(), key}}).value().payload).value();
    const auto farewell = protocol::farewell_from(request.body).value();

    EXPECT_EQ(farewell.order, to_bytes(crypto::hash(HashAlg::Sha256, as_bytes(text)).view()));
    ASSERT_TRUE(farewell.attestation);
    EXPECT_EQ(tpmwire::parse_statement(farewell.attestation->attest).value().extra_data, farewell.order);
}

TEST_F(DepartureTest, AnOrderThatOthersSignedOrForOthersChangesNothing) {
    start(&next);
    const auto is_refused = [&](const std::string& text) { return !give(text) && untouched() && farewells() == 0; };
    protocol::Document document{DocumentKind::Departure,
                                "acme",
                                protocol::audience_device(owned.device_id),
                                owned.device_id.text(),
                                5,
                                owned.device.clock.wall(),
                                std::nullopt,
                                protocol::to_json(order())};
    EXPECT_TRUE(is_refused(owned.sign_online(document))) << "the online key may not";

    const DeviceId mine = std::exchange(owned.device_id, DeviceId::parse(std::string(26, 'b')).value());
    EXPECT_TRUE(is_refused(signed_order(order()))) << "another device's";
    owned.device_id = mine;

    protocol::Departure earlier = order();
    earlier.enrolment[0] ^= 1U;
    EXPECT_TRUE(is_refused(signed_order(earlier))) << "of an enrolment that is over: a replay";

    protocol::Destination hollow = next.destination();
    hollow.authority = NextOwner().destination().authority;
    EXPECT_TRUE(is_refused(signed_order(order(hollow)))) << "nobody vouches for whom it names";
}

TEST_F(DepartureTest, AnOrderOutlivesARestartAndIsSaidAgain) {
    start();
    ASSERT_TRUE(give(signed_order(order())));
    owned.device.link.sent.clear();
    again();

    EXPECT_EQ(farewells(), 1U);
    answer();
    EXPECT_TRUE(owned.saved().retired);
}

TEST_F(DepartureTest, ARegistryThatNeverAnswersHoldsNobody) {
    start();
    ASSERT_TRUE(give(signed_order(order())));
    owned.device.link.lose(unavailable("gone"));
    owned.tick(std::chrono::minutes(5));
    EXPECT_TRUE(owned.saved().identity);
    owned.tick(std::chrono::minutes(6));

    EXPECT_TRUE(owned.saved().retired);
    EXPECT_FALSE(owned.saved().identity);
}

TEST_F(DepartureTest, AStandingThatSaysRevokedIsAnAnswerToo) {
    start();
    ASSERT_TRUE(give(signed_order(order())));
    ASSERT_TRUE(give(owned.standing(9, StandingStatus::Revoked)));

    EXPECT_TRUE(owned.saved().retired);
}

TEST_F(DepartureTest, AnOrderThatCannotBeSavedIsNotFollowed) {
    start();
    owned.device.store.failing = unavailable("no space left on the device");
    EXPECT_FALSE(give(signed_order(order())));
    EXPECT_EQ(farewells(), 0U);

    owned.device.store.failing.reset();
    EXPECT_TRUE(give(signed_order(order())));
    EXPECT_EQ(farewells(), 1U);
}

TEST_F(DepartureTest, AResetForgetsTheOwnerAndEnrolsLikeANewDevice) {
    start();
    owned.tick(std::chrono::minutes(2));
    ASSERT_TRUE(owned.agent->reset());
    EXPECT_FALSE(owned.saved().identity);
    EXPECT_TRUE(owned.saved().documents.empty());
    EXPECT_EQ(owned.level(), Level::Unverified);
    owned.pump();

    EXPECT_EQ(owned.device.link.used.port, 8884) << "at the door for those who have not enrolled";
}

TEST_F(DepartureTest, AResetIsNoWayRoundTheOwnersOrder) {
    start(&next);
    ASSERT_TRUE(give(signed_order(order(next.destination()))));

    const auto reset = owned.agent->reset();

    ASSERT_FALSE(reset);
    EXPECT_EQ(reset.error().kind, ErrorKind::Denied);
    EXPECT_THAT(reset.error().what, HasSubstr("handed over to \"next\""));
    EXPECT_FALSE(owned.saved().leaving.empty());
}

TEST_F(DepartureTest, AResetAfterwardsDoesNotBringItToSomebodyElse) {
    start();
    ASSERT_TRUE(give(signed_order(order(next.destination()))));
    answer();
    ASSERT_TRUE(owned.agent->reset());
    owned.tick(std::chrono::hours(1));

    EXPECT_FALSE(owned.device.link.started) << "its bundle is still that of the owner before";
    EXPECT_EQ(owned.saved().destination->tenant, "next");
}

TEST_F(DepartureTest, OnTheWayOutItMayStillRenewItself) {
    take_its_own_name();
    start();
    ASSERT_TRUE(give(signed_order(order(next.destination()))));
    for (int i = 0; i < 3; ++i) owned.device.link.lose(denied("peer refuses us"));
    owned.tick(Seconds(30));

    EXPECT_EQ(owned.device.link.used.port, 8884) << "its owner's other door, and not yet the next owner's";
    EXPECT_FALSE(log_has("its claim bundle is another owner's"));
}

TEST_F(DepartureTest, WhatWasBegunForTheOwnerBeforeDoesNotEndForTheNext) {
    take_its_own_name();
    start();
    for (int i = 0; i < 3; ++i) owned.device.link.lose(denied("peer refuses us"));
    owned.device.clock.pass(Seconds(30));
    owned.agent->tick();  // begins to enrol again, with the keys that it has
    ASSERT_TRUE(owned.agent->reset());
    owned.pump();

    const auto enrolling = [](const std::string& line) { return line.starts_with("enrolling as "); };
    EXPECT_EQ(std::ranges::count_if(owned.device.log, enrolling), 1) << "with new keys, and not with those of the owner before";
}

TEST_F(DepartureTest, AResetDeviceSaysNothingOfWhatItWas) {
    fakes::FakeShelf shelf;
    owned.device.shelf = &shelf;
    const BlobName blob = shelf.add(to_bytes("a table of the owner's"));
    start();
    owned.tick(std::chrono::minutes(2));  // nobody has answered what it asked
    ASSERT_FALSE(owned.agent->status()["attestation"].is_null());
    owned.device.outbox.entries = {{1, OutboxKind::Report, to_bytes("damaged")}, {2, OutboxKind::Report, to_bytes("{}")}};
    owned.device.outbox.first_is_damaged = true;

    ASSERT_TRUE(owned.agent->reset());
    EXPECT_TRUE(owned.agent->status()["attestation"].is_null());
    EXPECT_EQ(owned.agent->status()["findings"], Json::array());
    EXPECT_TRUE(owned.device.outbox.entries.empty()) << "they were meant for the owner before";
    owned.pump();
    EXPECT_EQ(shelf.find(blob).value(), nullptr);
}

TEST_F(DepartureTest, AResetIsNoWayOutOfARevocation) {
    start();
    ASSERT_TRUE(give(owned.standing(9, StandingStatus::Suspended)));

    const auto reset = owned.agent->reset();

    ASSERT_FALSE(reset);
    EXPECT_THAT(reset.error().what, HasSubstr("suspended"));
    EXPECT_TRUE(owned.saved().identity);
}

}  // namespace
}  // namespace anchor::agent
