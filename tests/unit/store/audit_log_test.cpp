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

}  // namespace
}  // namespace anchor::store
