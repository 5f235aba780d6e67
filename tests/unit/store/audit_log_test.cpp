// SPDX-License-Identifier: Apache-2.0
#include <anchor/store/audit_log.h>

#include <gtest/gtest.h>

#include "fakes/fake_disk.h"

namespace anchor::store {
namespace {

AuditEvent event(std::string what) { return {WallTime{}, std::move(what), {{"why", "because"}}}; }

class AuditLogTest : public testing::Test {
protected:
    void write(int lines) {
        auto log = AuditLog::open(disk_).value();
        for (int i = 0; i < lines; ++i) ASSERT_TRUE(log.append(event("level")));
    }
    std::string file() { return std::string(as_text(*disk_.read("audit", AuditLog::kMaxFile).value())); }
    // It took all that a file can hold, and nothing newer has taken its place.
    bool older_is_whole() {
        return disk_.read("audit.1", AuditLog::kMaxFile).value()->size() > AuditLog::kMaxFile - 2 * AuditLog::kMaxLine;
    }
    void overwrite(const std::string& text) { ASSERT_TRUE(replace(disk_, "audit", as_bytes(text))); }

    fakes::FakeDisk disk_;
};

TEST_F(AuditLogTest, GoesOnWhereTheLastRunStopped) {
    write(2);
    write(3);

    const auto log = AuditLog::open(disk_).value();

    EXPECT_EQ(log.lines(), 5U);
    EXPECT_EQ(verify_audit(file()).value().head, log.head());
}

TEST_F(AuditLogTest, AChangedRemovedOrInsertedLineBreaksTheChain) {
    write(3);
    const std::string good = file();
    const auto first_end = good.find('\n') + 1;
    const auto second_end = good.find('\n', first_end) + 1;

    std::string changed = good;
    changed.replace(changed.find("because"), 7, "Because");
    const std::string removed = good.substr(0, first_end) + good.substr(second_end);
    const std::string repeated = good.substr(0, first_end) + good;

    EXPECT_EQ(verify_audit(changed).error().what, "audit line 2: does not follow the line before it");
    EXPECT_EQ(verify_audit(removed).error().what, "audit line 2: says it is number 3");
    EXPECT_EQ(verify_audit(repeated).error().what, "audit line 2: says it is number 1");
}

TEST_F(AuditLogTest, ATornLastLineIsPutRight) {
    write(2);
    overwrite(file() + "{\"n\":3,\"pre");

    auto log = AuditLog::open(disk_).value();
    ASSERT_TRUE(log.append(event("level")));

    EXPECT_EQ(verify_audit(file()).value().lines, 3U);
}

TEST_F(AuditLogTest, ABrokenLogIsPutAsideAndNamed) {
    write(2);
    overwrite("{}\n" + file());

    const auto refused = AuditLog::open(disk_);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_TRUE(AuditLog::open(disk_)) << "and a new one begins";
}

TEST_F(AuditLogTest, AFullDiskLosesTheEventAndNotTheChain) {
    auto log = AuditLog::open(disk_).value();
    ASSERT_TRUE(log.append(event("one")));
    disk_.cut_power_at(disk_.operations() + 1);  // the line is written, its sync fails
    EXPECT_FALSE(log.append(event("two")));
    disk_.cut_power_at(1'000'000);

    ASSERT_TRUE(log.append(event("three")));

    EXPECT_EQ(verify_audit(file()).value().lines, 2U);
}

TEST_F(AuditLogTest, OctetsThatAreNoTextDoNotLoseTheLine) {
    auto log = AuditLog::open(disk_).value();
    ASSERT_TRUE(log.append({WallTime{}, "refused", {{"text", "\xff\xfe\n"}}}));
    EXPECT_EQ(verify_audit(file()).value().lines, 1U);
}

TEST_F(AuditLogTest, GoesOnInANewFileAndKeepsTheOldOne) {
    auto log = AuditLog::open(disk_).value();
    const AuditEvent large{WallTime{}, "x", {{"text", std::string(15'000, 'x')}}};
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(log.append(large));

    const auto reopened = AuditLog::open(disk_).value();

    EXPECT_EQ(reopened.lines(), 300U);
    EXPECT_EQ(reopened.head(), log.head());
    EXPECT_TRUE(disk_.read("audit.1", AuditLog::kMaxFile).value());
}

AuditEvent large() { return {WallTime{}, "x", {{"text", std::string(15'000, 'x')}}}; }

// A log whose file takes one large event more, and not two.
constexpr std::uint64_t kFull = 276;
const fakes::FakeDisk::Image& full_log() {
    static const fakes::FakeDisk::Image image = [] {
        fakes::FakeDisk disk;
        auto log = AuditLog::open(disk).value();
        while (log.lines() < kFull) EXPECT_TRUE(log.append(large()));
        return disk.image();
    }();
    return image;
}

TEST_F(AuditLogTest, GoesOnWhereOnlyTheOlderFileIsLeft) {
    disk_.lay_in(full_log());
    ASSERT_TRUE(disk_.rename("audit", "audit.1"));
    ASSERT_TRUE(disk_.sync_folder());

    auto reopened = AuditLog::open(disk_).value();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(reopened.append(large())) << i;
    disk_.restart(false);

    EXPECT_EQ(AuditLog::open(disk_).value().lines(), kFull + 3);
    EXPECT_TRUE(older_is_whole());
}

TEST_F(AuditLogTest, GoesOnWhereTheNewerFileWasPutAside) {
    disk_.lay_in(full_log());
    ASSERT_TRUE(disk_.rename("audit", "audit.1"));
    overwrite("{}\n");
    ASSERT_FALSE(AuditLog::open(disk_));

    auto reopened = AuditLog::open(disk_).value();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(reopened.append(large())) << i;

    EXPECT_EQ(AuditLog::open(disk_).value().lines(), kFull + 3);
    EXPECT_TRUE(older_is_whole());
}

TEST_F(AuditLogTest, AFileWhoseNameWasNotSyncedByARunThatWasKilledIsSyncedByTheNext) {
    auto log = AuditLog::open(disk_).value();
    disk_.cut_power_at(disk_.operations() + 2);  // the line is written and synced, its file's name is not
    EXPECT_FALSE(log.append(event("one")));
    disk_.cut_power_at(1'000'000);  // the program ended, and not the power

    auto next = AuditLog::open(disk_).value();
    ASSERT_TRUE(next.append(event("two")));
    disk_.restart(false);

    EXPECT_EQ(AuditLog::open(disk_).value().lines(), 2U);
}

TEST_F(AuditLogTest, ACutAtAnyOperationOfARotationLosesNothingThatWasAcknowledged) {
    int rotations = 0;
    for (std::size_t cut = 0; cut < 10; ++cut) {
        disk_.lay_in(full_log());
        auto running = AuditLog::open(disk_).value();
        std::uint64_t acknowledged = running.lines();
        disk_.cut_power_at(disk_.operations() + cut);
        for (int i = 0; i < 3; ++i) acknowledged += running.append(large()) ? 1U : 0U;
        disk_.restart(false);

        auto after = AuditLog::open(disk_).value();
        EXPECT_GE(after.lines(), acknowledged) << "cut " << cut;
        rotations += disk_.read("audit.1", AuditLog::kMaxFile).value() ? 1 : 0;
        EXPECT_TRUE(after.append(event("goes on"))) << "cut " << cut;
        EXPECT_EQ(AuditLog::open(disk_).value().lines(), after.lines()) << "cut " << cut;
    }
    EXPECT_GT(rotations, 0);
    EXPECT_LT(rotations, 10);
}

}  // namespace
}  // namespace anchor::store
