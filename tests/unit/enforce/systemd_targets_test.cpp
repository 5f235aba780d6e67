// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/systemd_targets.h>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include <filesystem>

#include <parts/scratch.h>

namespace anchor::enforce {
namespace {

std::string fake_systemctl(const parts::Scratch& scratch, const std::string& body) {
    const std::string path = scratch.write("systemctl", "#!/bin/sh\n" + body + "\n");
    EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
    return path;
}

TEST(SystemdTargets, StartsTheTargetOfTheLevelWithoutWaiting) {
    const parts::Scratch scratch("targets");
    SystemdTargets targets(fake_systemctl(scratch, "echo \"$@\" >>" + scratch.path("said")), Seconds(5));

    ASSERT_TRUE(targets.apply({.level = Level::Restricted, .allow = {}, .respond = {}}));
    ASSERT_TRUE(targets.apply({.level = Level::Revoked, .allow = {}, .respond = {}}));

    EXPECT_EQ(as_text(scratch.read("said")),
              "--no-ask-password --no-block start anchord-restricted.target\n"
              "--no-ask-password --no-block start anchord-revoked.target\n");
}

TEST(SystemdTargets, StartTheSameTargetAgainOnlyWhereItIsNotActive) {
    const parts::Scratch scratch("targets");
    SystemdTargets targets(fake_systemctl(scratch, "case $* in *is-active*) exec cat " + scratch.path("active") +
                                                       ";; esac\necho \"$@\" >>" + scratch.path("said")),
                           Seconds(5));
    const std::string start = "--no-ask-password --no-block start anchord-quarantined.target\n";

    ASSERT_TRUE(targets.apply({.level = Level::Quarantined, .allow = {}, .respond = {}}));
    scratch.write("active", std::string_view(""));
    ASSERT_TRUE(targets.apply({.level = Level::Quarantined, .allow = {}, .respond = {}}));
    EXPECT_EQ(as_text(scratch.read("said")), start);

    std::filesystem::remove(scratch.path("active"));
    ASSERT_TRUE(targets.apply({.level = Level::Quarantined, .allow = {}, .respond = {}}));
    EXPECT_EQ(as_text(scratch.read("said")), start + start);
}

TEST(SystemdTargets, AreUnavailableWhereSystemdRefuses) {
    const parts::Scratch scratch("targets");
    SystemdTargets targets(fake_systemctl(scratch, "exit 5"), Seconds(5));
    SystemdTargets missing(scratch.path("nothing"), Seconds(5));

    EXPECT_EQ(targets.apply({}).error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(missing.apply({}).error().kind, ErrorKind::Unavailable);
}

TEST(SystemdTargets, DoNotWaitForAManagerThatHangs) {
    const parts::Scratch scratch("targets");
    SystemdTargets targets(fake_systemctl(scratch, "exec sleep 60"), Milliseconds(100));

    const auto done = targets.apply({});

    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("took longer"), std::string::npos) << done.error().what;
}

}  // namespace
}  // namespace anchor::enforce
