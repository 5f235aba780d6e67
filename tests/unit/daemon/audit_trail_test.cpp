// SPDX-License-Identifier: Apache-2.0
#include <daemon/audit_trail.h>

#include <gtest/gtest.h>

#include "fakes/fake_disk.h"

namespace anchor::daemon {
namespace {

class AuditTrailTest : public testing::Test {
protected:
    fakes::FakeDisk disk_;
    std::vector<std::string> refused_;
    AuditTrail trail_{disk_, [this](const Error& why) { refused_.push_back(why.what); }};
    const AuditEvent event_{WallTime{}, "level", {}};
};

TEST_F(AuditTrailTest, BeginsANewLogWhereTheOldOneIsBroken) {
    ASSERT_TRUE(replace(disk_, "audit", as_bytes("no audit line\n")));

    const auto written = trail_.append(event_);

    EXPECT_TRUE(written) << written.error().what;
    EXPECT_EQ(refused_.size(), 1U);
    EXPECT_TRUE(disk_.read("audit.refused", 100).value().has_value());
}

TEST_F(AuditTrailTest, OutlivesBothOfItsFilesBeingBroken) {
    ASSERT_TRUE(replace(disk_, "audit", as_bytes("no audit line\n")));
    ASSERT_TRUE(replace(disk_, "audit.1", as_bytes("no audit line\n")));

    EXPECT_TRUE(trail_.append(event_));
    EXPECT_EQ(refused_.size(), 2U);
}

TEST_F(AuditTrailTest, IsOpenedLaterWhereTheDiskFailsAtFirst) {
    disk_.failing = unavailable("full");
    ASSERT_FALSE(trail_.append(event_));

    disk_.failing.reset();

    EXPECT_TRUE(trail_.append(event_));
    EXPECT_TRUE(refused_.empty());
}

}  // namespace
}  // namespace anchor::daemon
