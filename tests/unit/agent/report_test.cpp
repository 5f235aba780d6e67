// SPDX-License-Identifier: Apache-2.0
// What reaches the registry although it was away when it happened.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include <anchor/crypto/hash.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

class Reports : public testing::Test {
protected:
    /// Trusted, and then not any more.
    void lose_trust() {
        owned.install_documents();
        owned.start();
        for (int i = 0; i < 3; ++i) owned.tick(kTick);
        ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
        owned.tpm->extend(16, crypto::hash(HashAlg::Sha256, as_bytes("attack")));
        owned.tick(kTick);
        ASSERT_FALSE(owned.device.outbox.entries.empty());
    }
    std::vector<Message> sent() const {
        std::vector<Message> reports;
        std::ranges::copy_if(owned.device.link.sent, std::back_inserter(reports),
                             [](const Message& message) { return message.topic.ends_with("/report"); });
        return reports;
    }

    static constexpr Milliseconds kTick{30'000};
    EnrolledDevice owned;
};

TEST_F(Reports, AChangeOfLevelWaitsForTheRegistryAndGoesOnce) {
    lose_trust();
    const std::size_t waiting = owned.device.outbox.entries.size();

    owned.device.link.connect();
    owned.pump();

    EXPECT_EQ(sent().size(), 1U) << "one after the other";
    EXPECT_EQ(owned.device.outbox.entries.size(), waiting) << "nothing is forgotten before the registry has it";
    EXPECT_NE(as_text(owned.device.outbox.entries.back().octets).find("quarantined"), std::string_view::npos);
}

TEST_F(Reports, OneThatComesTooEarlyWaitsAndIsSentAgain) {
    lose_trust();
    const std::size_t waiting = owned.device.outbox.entries.size();
    owned.device.link.connect();
    owned.pump();
    ASSERT_EQ(sent().size(), 1U);
    const Message said = sent().front();
    const protocol::Reply wait{"report", crypto::hash(HashAlg::Sha256, said.payload),
                               protocol::Refusal{ErrorKind::Unavailable, "reported too often: wait"}, Json(), ""};
    const std::string text = owned.sign_online(protocol::reply_document(wait, "acme", owned.device_id, owned.device.clock.wall()));
    owned.device.link.deliver({"anchor/1/acme/device/" + owned.device_id.text() + "/reply", to_bytes(text), said.correlation});
    owned.pump();
    EXPECT_EQ(owned.device.outbox.entries.size(), waiting) << "it is kept";
    EXPECT_EQ(sent().size(), 1U) << "and not sent at once";

    owned.tick(kTick);

    EXPECT_EQ(sent().size(), 2U);
    owned.device.link.deliver(owned.reply("report", Json::object(), owned.device.clock.wall()));
    owned.pump();
    EXPECT_EQ(owned.device.outbox.entries.size(), waiting - 1);
}

TEST_F(Reports, ADamagedReportHoldsNoneUp) {
    owned.install_documents();
    owned.start();
    owned.device.outbox.entries = {{1, OutboxKind::Report, to_bytes("unreadable")},
                                   {2, OutboxKind::Report, to_bytes("no report")},
                                   {3, OutboxKind::Report, to_bytes("{}")}};
    owned.device.outbox.first_is_damaged = true;
    owned.device.link.connect();
    owned.pump();

    const auto is_report = [](const Message& message) { return message.topic.ends_with("report"); };
    EXPECT_EQ(std::ranges::count_if(owned.device.link.sent, is_report), 1) << "the third, at once";
    EXPECT_EQ(owned.device.outbox.entries.size(), 1U);
    EXPECT_THAT(owned.device.log, testing::Contains(testing::HasSubstr("entry 2 is damaged")).Times(1));
    EXPECT_THAT(owned.device.log, testing::Contains(testing::HasSubstr("unreadable")).Times(1));
}

}  // namespace
}  // namespace anchor::agent
