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
    EnrolledDevice owned;
};

TEST_F(Reports, AChangeOfLevelWaitsForTheRegistryAndGoesOnce) {
    owned.install_documents();
    owned.start();
    for (int i = 0; i < 3; ++i) owned.tick(Seconds(30));
    ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
    owned.tpm->extend(16, crypto::hash(HashAlg::Sha256, as_bytes("attack")));
    owned.tick(Seconds(30));
    ASSERT_FALSE(owned.device.outbox.entries.empty());
    const std::size_t waiting = owned.device.outbox.entries.size();

    owned.device.link.connect();
    owned.pump();
    const auto reports = std::ranges::count_if(owned.device.link.sent, [](const Message& m) { return m.topic.ends_with("/report"); });

    EXPECT_EQ(reports, 1) << "one after the other";
    EXPECT_EQ(owned.device.outbox.entries.size(), waiting) << "nothing is forgotten before the registry has it";
    EXPECT_NE(as_text(owned.device.outbox.entries.back().octets).find("quarantined"), std::string_view::npos);
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
