// SPDX-License-Identifier: Apache-2.0
#include <anchor/link/disk_outbox.h>

#include <gtest/gtest.h>

#include <fakes/fake_disk.h>

namespace anchor::link {
namespace {

class DiskOutboxTest : public testing::Test {
protected:
    DiskOutbox open(OutboxLimits limits = {}) { return DiskOutbox::open(disk_, limits).value(); }

    static std::vector<std::string> drain(DiskOutbox& box) {
        std::vector<std::string> all;
        while (true) {
            const auto entry = box.front().value();
            if (!entry) return all;
            all.emplace_back(as_text(entry->octets));
            EXPECT_TRUE(box.pop(entry->number));
        }
    }

    fakes::FakeDisk disk_;
};

TEST_F(DiskOutboxTest, GivesBackInOrderAlsoAfterARestart) {
    {
        auto box = open();
        for (const auto* text : {"one", "two", "three"}) ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes(text)));
    }
    disk_.restart(false);
    auto box = open();
    ASSERT_TRUE(box.push(OutboxKind::Telemetry, as_bytes("four")));

    EXPECT_EQ(drain(box), (std::vector<std::string>{"one", "two", "three", "four"}));
    EXPECT_TRUE(disk_.names().value().empty());
}

TEST_F(DiskOutboxTest, KeepsAnEntryUntilItIsTakenOut) {
    auto box = open();
    ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("one")));

    EXPECT_EQ(box.front().value()->number, box.front().value()->number);
    EXPECT_TRUE(box.pop(99)) << "what is not there needs no taking out";
    EXPECT_EQ(box.size(), 1U);
}

TEST_F(DiskOutboxTest, WhenFullTheOldestTelemetryGoesAndNeverAReport) {
    auto box = open({.entries = 3});
    ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("report")));
    ASSERT_TRUE(box.push(OutboxKind::Telemetry, as_bytes("old")));
    ASSERT_TRUE(box.push(OutboxKind::Telemetry, as_bytes("new")));
    ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("second")));
    EXPECT_EQ(drain(box), (std::vector<std::string>{"report", "second", "new"}));
}

TEST_F(DiskOutboxTest, AReportDoesNotWaitBehindTelemetryAlsoAfterARestart) {
    {
        auto box = open();
        for (const auto* text : {"one", "two"}) ASSERT_TRUE(box.push(OutboxKind::Telemetry, as_bytes(text)));
        ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("report")));
        EXPECT_EQ(as_text(box.front().value()->octets), "report");
    }
    disk_.restart(false);
    auto box = open();

    EXPECT_EQ(drain(box), (std::vector<std::string>{"report", "one", "two"}));
}

TEST_F(DiskOutboxTest, FullOfReportsItRefusesAndSaysSo) {
    auto box = open({.entries = 2});
    ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("one")));
    ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("two")));
    EXPECT_EQ(box.push(OutboxKind::Report, as_bytes("three")).error().what, "the outbox is full of reports");
    EXPECT_EQ(drain(box).size(), 2U);
}

TEST_F(DiskOutboxTest, BoundsTheOctetsOfOneAndOfAll) {
    auto box = open({.octets = 10, .entry = 6});
    EXPECT_EQ(box.push(OutboxKind::Report, Bytes(7, 0)).error().kind, ErrorKind::Rejected);
    ASSERT_TRUE(box.push(OutboxKind::Telemetry, Bytes(6, 1)));
    ASSERT_TRUE(box.push(OutboxKind::Telemetry, Bytes(6, 2)));
    EXPECT_EQ(box.size(), 1U);
}

TEST_F(DiskOutboxTest, AnEntryThatCannotBeReadIsToldOnceAndHoldsNoneUp) {
    auto box = open({.entry = 3});
    for (const auto* text : {"one", "two"}) ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes(text)));
    ASSERT_TRUE(disk_.write(disk_.names().value().front(), as_bytes("what somebody else wrote there")));

    EXPECT_EQ(box.front().error().kind, ErrorKind::Corrupt);
    EXPECT_EQ(drain(box), (std::vector<std::string>{"two"}));
}

TEST_F(DiskOutboxTest, WhatHasArrivedIsNotGivenAgainWhereTheDiskKeepsIt) {
    auto box = open();
    for (const auto* text : {"one", "two"}) ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes(text)));
    disk_.failing = denied("read-only file system");
    EXPECT_FALSE(box.pop(box.size() - 1));
    disk_.failing.reset();

    EXPECT_EQ(drain(box), (std::vector<std::string>{"two"}));
}

TEST_F(DiskOutboxTest, LeavesFilesOfOthersAlone) {
    ASSERT_TRUE(replace(disk_, "state", as_bytes("x")));
    auto box = open();
    EXPECT_EQ(box.size(), 0U);
    EXPECT_TRUE(disk_.read("state", 10).value());
}

TEST_F(DiskOutboxTest, ACutAtAnyOperationLosesNothingThatWasAcknowledged) {
    for (std::size_t cut = 0; cut < 8; ++cut) {
        fakes::FakeDisk disk;
        auto box = DiskOutbox::open(disk).value();
        ASSERT_TRUE(box.push(OutboxKind::Report, as_bytes("first")));
        disk.cut_power_at(disk.operations() + cut);
        const bool acknowledged = box.push(OutboxKind::Report, as_bytes("second")).has_value();
        disk.restart(true);

        auto after = DiskOutbox::open(disk).value();
        const auto all = drain(after);

        ASSERT_GE(all.size(), acknowledged ? 2U : 1U) << "cut " << cut;
        EXPECT_EQ(all[0], "first");
        EXPECT_TRUE(all.size() == 1 || all[1] == "second") << "whole or not at all, cut " << cut;
    }
}

}  // namespace
}  // namespace anchor::link
