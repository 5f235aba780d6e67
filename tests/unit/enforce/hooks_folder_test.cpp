// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/hooks_folder.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include <parts/scratch.h>

namespace anchor::enforce {
namespace {

const Enforcement kQuarantined{.level = Level::Quarantined, .allow = {"mqtt.telemetry", "ui"}, .respond = {"isolate-network"}};

class HooksFolderTest : public testing::Test {
protected:
    HooksFolderTest() { std::filesystem::create_directory(scratch_.path("hooks")); }

    // What a hook says ends up in the file "said".
    void write_hook(const std::string& name, const std::string& body, mode_t mode = 0755) {
        const std::string path = scratch_.write("hooks/" + name, "#!/bin/sh\nexec >>" + scratch_.path("said") + "\n" + body + "\n");
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }
    std::string said() const {
        return std::filesystem::exists(scratch_.path("said")) ? std::string(as_text(scratch_.read("said"))) : std::string();
    }
    HooksFolder folder(HookLimits limits = {}) const { return HooksFolder(scratch_.path("hooks"), limits, ::geteuid()); }

    parts::Scratch scratch_{"hooks"};
};

TEST_F(HooksFolderTest, RunsEachInOrderWithTheLevelAndTheNames) {
    write_hook("20-second", "echo second $1");
    write_hook("10-first", "echo first $1, $ANCHORD_ALLOW, $ANCHORD_RESPOND");

    const auto done = folder().apply(kQuarantined);

    EXPECT_TRUE(done) << done.error().what;
    EXPECT_EQ(said(), "first quarantined, mqtt.telemetry ui, isolate-network\nsecond quarantined\n");
}

TEST_F(HooksFolderTest, TellsTheSameWishOnceAndANewOneAgain) {
    write_hook("hook", "echo $1");
    HooksFolder hooks = folder();

    ASSERT_TRUE(hooks.apply(kQuarantined));
    ASSERT_TRUE(hooks.apply(kQuarantined));
    ASSERT_TRUE(hooks.apply({.level = Level::Trusted, .allow = {}, .respond = {}}));

    EXPECT_EQ(said(), "quarantined\ntrusted\n");
}

TEST_F(HooksFolderTest, GoesOnAfterAFailureAndTriesAgain) {
    write_hook("10-fails", "echo fails; exit 3");
    write_hook("20-works", "echo works");
    HooksFolder hooks = folder();

    const auto first = hooks.apply(kQuarantined);
    const auto second = hooks.apply(kQuarantined);

    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().kind, ErrorKind::Unavailable);
    EXPECT_NE(first.error().what.find("10-fails: exit code 3"), std::string::npos) << first.error().what;
    EXPECT_FALSE(second);
    EXPECT_EQ(said(), "fails\nworks\nfails\nworks\n");
}

TEST_F(HooksFolderTest, KillsAHookThatIsTooSlowWithWhatItStarted) {
    write_hook("10-slow", "sleep 60 & wait");
    write_hook("20-works", "echo works");

    const auto done = folder({.each = Milliseconds(100)}).apply(kQuarantined);

    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("10-slow: took longer than 100ms"), std::string::npos) << done.error().what;
    EXPECT_EQ(said(), "works\n");
}

TEST_F(HooksFolderTest, BoundsTheTimeOfAllTogether) {
    write_hook("10-slow", "sleep 60");
    write_hook("20-late", "echo late");

    const auto done = folder({.each = Seconds(5), .all = Milliseconds(50)}).apply(kQuarantined);

    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("20-late: "), std::string::npos) << done.error().what;
    EXPECT_EQ(said(), "");
}

TEST_F(HooksFolderTest, RefusesAHookThatOthersMayWriteButRunsTheRest) {
    write_hook("10-open", "echo open", 0775);
    write_hook("20-works", "echo works");

    const auto done = folder().apply(kQuarantined);

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::Denied);
    EXPECT_EQ(said(), "works\n");
}

TEST_F(HooksFolderTest, RefusesALinkToAProgram) {
    std::filesystem::create_symlink("/bin/true", scratch_.path("hooks/link"));
    EXPECT_EQ(folder().apply(kQuarantined).error().kind, ErrorKind::Denied);
}

TEST_F(HooksFolderTest, RefusesWhatBelongsToAnother) {
    write_hook("hook", "echo ran");
    HooksFolder hooks(scratch_.path("hooks"), {}, ::geteuid() + 1);

    EXPECT_EQ(hooks.apply(kQuarantined).error().kind, ErrorKind::Denied);
    EXPECT_EQ(said(), "");
}

TEST_F(HooksFolderTest, RefusesAFolderThatOthersMayWrite) {
    write_hook("hook", "echo ran");
    ASSERT_EQ(::chmod(scratch_.path("hooks").c_str(), 0777), 0);

    EXPECT_EQ(folder().apply(kQuarantined).error().kind, ErrorKind::Denied);
    EXPECT_EQ(said(), "");
}

TEST_F(HooksFolderTest, RefusesMoreHooksThanItsLimit) {
    write_hook("one", "echo one");
    write_hook("two", "echo two");

    EXPECT_EQ(folder({.most = 1}).apply(kQuarantined).error().kind, ErrorKind::Denied);
    EXPECT_EQ(said(), "");
}

TEST_F(HooksFolderTest, LeavesOutWhatIsNoHook) {
    write_hook("README", "echo readme", 0644);
    write_hook("hook.bak", "echo backup");

    EXPECT_TRUE(folder().apply(kQuarantined));
    EXPECT_EQ(said(), "");
}

TEST_F(HooksFolderTest, IsContentWithoutAFolder) {
    HooksFolder hooks(scratch_.path("nothing"), {}, ::geteuid());
    EXPECT_TRUE(hooks.apply(kQuarantined));
}

}  // namespace
}  // namespace anchor::enforce
