// SPDX-License-Identifier: Apache-2.0

// The registry on its links: what it answers, and who of several processes publishes.
#include <gmock/gmock.h>

#include <anchor/registry/service.h>
#include <parts/scratch.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::vector<std::string> topics_of(const fakes::FakeLink& link) {
    std::vector<std::string> topics;
    for (const Message& message : link.sent) topics.push_back(message.topic);
    return topics;
}

class ServiceTest : public testing::Test {
protected:
    ServiceTest() : fleet(scratch_.path("registry.db")), root(tpm), device(fleet, root) {
        EXPECT_EQ(device.enroll(), "");
        service_.start({}, {});
    }
    void connect() {
        at_fleet.connect();
        at_enrollment.connect();
    }
    void tick() {
        at_fleet.sent.clear();
        service_.tick();
    }
    // As another process does: a command, or another worker.
    void stand(StandingStatus status) {
        const auto other = Store::open(scratch_.path("registry.db")).value();
        auto record = other->device(device.identity->device).value().value();
        record.standing.status = status;
        record.standing.number += 1;
        record.standing_document = fleet.authority->standing(record.standing, record.id).value();
        ASSERT_TRUE(other->save(record));
    }

    parts::Scratch scratch_{"service"};
    Fleet fleet;
    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root;
    TestDevice device;
    fakes::FakeLink at_fleet, at_enrollment;
    Service service_{fleet.topics, *fleet.store, *fleet.authority, *fleet.requests, at_fleet, at_enrollment};
};

TEST_F(ServiceTest, SharesRequestsAndHearsOfEveryPresence) {
    EXPECT_THAT(at_fleet.topics, testing::ElementsAre("$share/registry/" + fleet.topics.all_requests(), fleet.topics.all_presence()));
    EXPECT_THAT(at_enrollment.topics, testing::ElementsAre("$share/registry/" + fleet.topics.all_enroll_requests()));
}

TEST_F(ServiceTest, AnswersAndPublishesNothingUntilItLeads) {
    connect();
    tick();
    EXPECT_THAT(at_fleet.sent, IsEmpty());

    at_fleet.deliver(device.signed_message("standing.get", Json::object()));

    EXPECT_THAT(topics_of(at_fleet), testing::ElementsAre(fleet.topics.reply(device.identity->device)));
}

TEST_F(ServiceTest, PublishesEverythingOnceItLeadsAndThenWhatIsNew) {
    const std::string standing = fleet.topics.standing(device.identity->device);
    connect();
    service_.lead(true);
    tick();
    EXPECT_THAT(topics_of(at_fleet),
                AllOf(Contains(standing), Contains(fleet.topics.fleet("fresh")), Contains(fleet.topics.fleet("anchors"))));
    tick();
    EXPECT_THAT(at_fleet.sent, IsEmpty());

    ASSERT_EQ(device.attest(), "") << "changes the device's row, and not its standing";
    tick();
    EXPECT_THAT(at_fleet.sent, IsEmpty());
    stand(StandingStatus::Suspended);
    tick();

    EXPECT_THAT(topics_of(at_fleet), testing::ElementsAre(fleet.topics.fleet("fresh"), standing)) << "and that there is something new";
    EXPECT_TRUE(at_fleet.sent.front().retain);
}

TEST_F(ServiceTest, WhoTakesOverPublishesWhatTheOneBeforeMayNotHave) {
    connect();
    tick();
    stand(StandingStatus::Suspended);
    tick();
    EXPECT_THAT(at_fleet.sent, IsEmpty()) << "the other one does that";

    service_.lead(true);
    tick();

    EXPECT_THAT(topics_of(at_fleet), Contains(fleet.topics.standing(device.identity->device)));
    EXPECT_THAT(topics_of(at_fleet), Contains(fleet.topics.fleet("fresh")));
}

TEST_F(ServiceTest, ABrokerThatComesBackHasForgottenEverything) {
    connect();
    service_.lead(true);
    tick();

    at_fleet.lose(unavailable("gone"));
    tick();
    EXPECT_THAT(at_fleet.sent, IsEmpty());
    at_fleet.connect();

    EXPECT_THAT(topics_of(at_fleet), Contains(fleet.topics.standing(device.identity->device)));
}

TEST_F(ServiceTest, ManyStandingsLeaveRoomForReplies) {
    const Bytes key = to_bytes(new_key().public_value().spki());
    ASSERT_TRUE(fleet.store->atomically([&]() -> Result<void> {
        for (std::uint8_t i = 0; i < 250; ++i) {
            for (std::uint8_t j = 0; j < 3; ++j) {
                DeviceRecord record{.id = DeviceId::from_digest(crypto::hash(HashAlg::Sha256, Bytes{i, j}))};
                record.key_digest = {i, j};
                record.device_key = key;
                record.standing_document = "as signed";
                ANCHOR_RETURN_IF_ERROR(fleet.store->save(record));
            }
        }
        return {};
    }));
    connect();
    service_.lead(true);
    tick();
    EXPECT_LT(at_fleet.sent.size(), 600U);

    const std::size_t before = at_fleet.sent.size();
    tick();

    EXPECT_GT(before + at_fleet.sent.size(), 750U);
    EXPECT_THAT(topics_of(at_fleet), Each(HasSubstr("/standing")));
}

}  // namespace
}  // namespace anchor::registry
