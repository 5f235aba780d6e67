// SPDX-License-Identifier: Apache-2.0

// A registry that was restored from an old backup: it is noticed, told, and healed by what the devices can prove.
#include <gmock/gmock.h>

#include <filesystem>

#include <anchor/protocol/departure.h>
#include <anchor/registry/departure.h>
#include <anchor/registry/numbers.h>
#include <anchor/registry/revocations.h>
#include <parts/scratch.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using protocol::DocumentKind;
using testing::HasSubstr;

class RestoredTest : public testing::Test {
protected:
    RestoredTest() : fleet(scratch_.path("registry.db")), root(tpm), device(fleet, root) {
        back_up("empty.db");
        EXPECT_EQ(device.enroll(), "");
        back_up("backup.db");
    }
    void back_up(const std::string& name) {
        fleet.close();
        std::filesystem::copy_file(scratch_.path("registry.db"), scratch_.path(name));
        fleet.open();
    }
    void restore(const std::string& backup = "backup.db") {
        fleet.close();
        for (const auto* ending : {"", "-wal", "-shm"}) std::filesystem::remove(scratch_.path(std::string("registry.db") + ending));
        std::filesystem::copy_file(scratch_.path(backup), scratch_.path("registry.db"));
        fleet.open();
    }
    DeviceRecord record() { return fleet.store->device(device.identity->device).value().value(); }
    std::string stand(StandingStatus status) {
        auto known = record();
        known.standing.status = status;
        known.standing.number = number_after(known.standing.number, fleet.clock.wall());
        known.standing_document = fleet.authority->standing(known.standing, known.id).value();
        EXPECT_TRUE(fleet.store->save(known));
        return known.standing_document;
    }
    // What comes over the listener of enrolments, unsigned.
    std::string ask_with_claim(std::string_view verb, const Json& body) {
        const protocol::Request request{std::string(verb), kTenant, device.identity->device, crypto::random_octets(16), body};
        Message message;
        message.topic = fleet.topics.enroll_request(kClaim, device.identity->device, verb);
        message.payload = protocol::encode(request);
        return TestDevice::refusal_of(device.open_reply(*fleet.requests->answer(message), message));
    }
    std::uint64_t fresh_number() {
        EXPECT_TRUE(fleet.store->atomically([&] { return fleet.authority->fresh(); }));
        return fleet.store->document(DocumentKind::Fresh, "", 0).value()->version;
    }

    parts::Scratch scratch_{"restored"};
    Fleet fleet;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root;
    TestDevice device;
};

TEST_F(RestoredTest, ADeviceProvesTheStandingThatWasLostAndItHolds) {
    stand(StandingStatus::Active);
    const std::string lost = stand(StandingStatus::Suspended);
    const std::uint64_t number = record().standing.number;
    restore();
    ASSERT_EQ(record().standing.status, StandingStatus::Active) << "the backup knows nothing of it";

    EXPECT_EQ(device.ask("document.put", {{"document", lost}}), "");

    EXPECT_EQ(record().standing.status, StandingStatus::Suspended);
    EXPECT_EQ(record().standing.number, number);
    EXPECT_EQ(record().standing_document, lost) << "as it was signed";
    EXPECT_NE(fleet.store->certificates(device.identity->device).value().at(0).revoked, std::nullopt) << "and on the lists";
    EXPECT_THAT(fleet.last_audit(), HasSubstr("numbers went backwards"));
}

TEST_F(RestoredTest, OfSeveralLostStandingsTheNewestHoldsInWhateverOrderTheyCome) {
    fleet.clock.pass(Seconds{60});
    const std::string older = stand(StandingStatus::Suspended);
    const std::string newest = stand(StandingStatus::Active);
    restore();
    EXPECT_EQ(device.ask("document.put", {{"document", older}}), "");
    EXPECT_EQ(device.ask("document.put", {{"document", newest}}), "");
    EXPECT_EQ(record().standing_document, newest);
    EXPECT_EQ(record().standing.status, StandingStatus::Active);

    restore();
    EXPECT_EQ(device.ask("document.put", {{"document", newest}}), "");
    EXPECT_THAT(device.ask("document.put", {{"document", older}}), HasSubstr("not older"));
    EXPECT_EQ(record().standing_document, newest);
}

TEST_F(RestoredTest, AStandingHoldsOnlyWithItsCertificatesOnTheLists) {
    const std::string lost = stand(StandingStatus::Revoked);
    restore();
    auto known = record();
    known.certificates = {Bytes{1, 2, 3}};
    ASSERT_TRUE(fleet.store->save(known));

    EXPECT_NE(device.ask("document.put", {{"document", lost}}), "");

    EXPECT_EQ(record().standing.status, StandingStatus::Active) << "or asking again would change nothing any more";
}

TEST_F(RestoredTest, ARevokedDeviceStaysRevokedThroughARestoredBackup) {
    const std::string lost = stand(StandingStatus::Revoked);
    restore();
    EXPECT_EQ(device.ask("document.put", {{"document", lost}}), "");

    EXPECT_THAT(device.ask("attest.nonce", Json::object()), HasSubstr("revoked"));
}

TEST_F(RestoredTest, ARevokedDeviceThatShowsItsCertificateToNobodyTellsItAtTheOtherDoor) {
    const std::string lost = stand(StandingStatus::Revoked);
    restore();

    EXPECT_EQ(ask_with_claim("document.put", {{"document", lost}}), "");

    EXPECT_EQ(record().standing.status, StandingStatus::Revoked);
    EXPECT_THAT(ask_with_claim("document.put", {{"document", lost}}), HasSubstr("not older"));
}

TEST_F(RestoredTest, TheOtherDoorGivesTrustAnchorSetsAndNoOtherDocument) {
    const auto get = [&](const char* kind, const char* name, int version) {
        return ask_with_claim("document.get", {{"kind", kind}, {"name", name}, {"version", version}});
    };

    EXPECT_EQ(get("anchors", "", 1), "");
    EXPECT_THAT(get("anchors", "", 2), HasSubstr("no such document"));
    EXPECT_THAT(get("policy", "default", 0), HasSubstr("can't be asked with a claim certificate"));
}

TEST_F(RestoredTest, TheOwnersWordAfterwardsIsNewerThanWhatWasLost) {
    stand(StandingStatus::Active);
    const std::string lost = stand(StandingStatus::Active);
    restore();
    fleet.clock.pass(Seconds{60});

    stand(StandingStatus::Suspended);

    EXPECT_THAT(device.ask("document.put", {{"document", lost}}), HasSubstr("not older"));
    EXPECT_EQ(record().standing.status, StandingStatus::Suspended);
}

TEST_F(RestoredTest, ADeviceThatTheBackupDoesNotKnowIsToldToEnrolAndIsHeardAgain) {
    const std::string newest = stand(StandingStatus::Active);
    const std::uint64_t number = record().standing.number;
    restore("empty.db");
    fleet.clock.pass(Seconds{60});
    EXPECT_THAT(device.ask("standing.get", Json::object()), HasSubstr("not known here: enrol"));
    EXPECT_THAT(ask_with_claim("document.put", {{"document", newest}}), HasSubstr("not known here: enrol"));

    EXPECT_EQ(device.enroll(), "");

    EXPECT_GT(record().standing.number, number) << "or the device would take it for an old one";
}

TEST_F(RestoredTest, ADeviceThatTheBackupDoesNotKnowAndThatSaysItWasSuspendedWaitsForAnOperator) {
    restore("empty.db");
    const DeviceId id = device.identity->device;
    device.also_says.set("registry.standing", {std::string("suspended"), fleet.clock.steady(), "registry"});

    EXPECT_THAT(device.enroll(), HasSubstr("waiting for approval: the device says that it is suspended"));
    EXPECT_TRUE(fleet.store->devices().value().empty());
    ASSERT_TRUE(fleet.store->approve(id).value());
    EXPECT_EQ(device.enroll(), "");
}

TEST_F(RestoredTest, NothingIsTakenBackThatIsOldForgedOrOfAnother) {
    const std::string before = record().standing_document;
    stand(StandingStatus::Suspended);
    const std::uint64_t number = record().standing.number;
    const std::string number_of_another =
        fleet.authority->standing({.number = number + 99}, DeviceId::parse("abcdefghijklmnopqrstuvwxyz").value()).value();

    EXPECT_THAT(device.ask("document.put", {{"document", before}}), HasSubstr("not older"));
    EXPECT_THAT(device.ask("document.put", {{"document", number_of_another}}), HasSubstr("not for this device"));
    EXPECT_NE(device.ask("document.put", {{"document", "e30.e30.e30"}}), "");
    EXPECT_NE(device.ask("document.put", {{"document", fleet.authority->fresh().value()}}), "");
    EXPECT_THAT(ask_with_claim("document.put", {{"document", number_of_another}}), HasSubstr("not for this device"));
    EXPECT_EQ(record().standing.number, number);
}

TEST_F(RestoredTest, PoliciesOfTheGroupComeBackBySignatureOfTheAuthority) {
    fleet.set_policy({{"policy", "edge"}, {"version", 1}, {"rules", Json::array()}});
    const auto newest = fleet.store->document(DocumentKind::Policy, "default", 0).value().value();
    restore();
    ASSERT_FALSE(fleet.store->document(DocumentKind::Policy, "default", 0).value());

    EXPECT_EQ(device.ask("document.put", {{"document", newest.text}}), "");

    EXPECT_EQ(fleet.store->document(DocumentKind::Policy, "default", 0).value()->text, newest.text);
    EXPECT_THAT(device.ask("document.put", {{"document", newest.text}}), HasSubstr("not older"));
}

TEST_F(RestoredTest, TheOrderToDepartComesBackAndTheFarewellIsUnderstood) {
    protocol::Departure departure{enrolment_of(record()), "sold", std::nullopt};
    const std::string order = fleet.order_departure(device.identity->device, protocol::to_json(departure));
    departure.enrolment[0] ^= 1U;
    const std::string of_before = fleet.order_departure(device.identity->device, protocol::to_json(departure));
    restore();
    const Digest digest = crypto::hash(HashAlg::Sha256, as_bytes(order));
    const Keyring keyring = root.open(device.identity->root).value();
    const Json farewell = to_json(protocol::Farewell{to_bytes(digest.view()), keyring.quoter->attest_time(digest.view()).value()});
    EXPECT_THAT(device.ask("farewell", farewell), HasSubstr("nobody has ordered"));

    EXPECT_THAT(device.ask("document.put", {{"document", of_before}}), HasSubstr("another enrolment"));
    EXPECT_EQ(device.ask("document.put", {{"document", order}}), "");
    EXPECT_THAT(fleet.last_audit(), HasSubstr("numbers went backwards: the order to depart"));
    EXPECT_THAT(device.ask("document.put", {{"document", order}}), HasSubstr("not older"));

    EXPECT_EQ(device.ask("farewell", farewell), "");
    EXPECT_EQ(record().standing.status, StandingStatus::Revoked);
}

TEST_F(RestoredTest, FreshnessAndResultsGoOnAboveWhatWasGivenOut) {
    for (int i = 0; i < 5; ++i) {
        fleet.clock.pass(Seconds{400});
        fresh_number();
        ASSERT_EQ(device.attest(), "");
    }
    const std::uint64_t number = fresh_number();
    const std::uint64_t version = record().result_version;
    restore();
    fleet.clock.pass(Seconds{400});

    EXPECT_GT(fresh_number(), number);
    ASSERT_EQ(device.attest(), "");
    EXPECT_GT(record().result_version, version);
}

TEST_F(RestoredTest, RevocationListsGoOnAboveWhatWasGivenOut) {
    const auto newest = [&] {
        Revocations now(fleet.settings, *fleet.store, *fleet.authority, fleet.clock);
        EXPECT_TRUE(now.refresh());
        return now.broker_list().value()->number;
    };
    const std::uint64_t before = newest();
    restore();
    fleet.clock.pass(Seconds{60});

    EXPECT_GT(newest(), before);
}

TEST_F(RestoredTest, FreshnessNamesTheChangesOfStandings) {
    const std::string row = "standing/" + device.identity->device.text().substr(0, 1);
    const auto before = fleet.store->standing_changes().value();
    stand(StandingStatus::Suspended);
    const auto after = fleet.store->standing_changes().value();

    EXPECT_FALSE(before.contains(row)) << "an enrolment is no change";
    EXPECT_TRUE(after.contains(row));
    stand(StandingStatus::Active);
    EXPECT_GT(fleet.store->standing_changes().value().at(row), after.at(row));
}

}  // namespace
}  // namespace anchor::registry
