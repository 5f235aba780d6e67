// SPDX-License-Identifier: Apache-2.0
#include <warden/listed_logs.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <parts/scratch.h>

namespace anchor::warden {
namespace {

TEST(ListedLogs, OpenALogForReadingOnly) {
    const parts::Scratch scratch("logs");
    ListedLogs logs({{"boot", scratch.write("log", "events")}});

    const auto log = logs.open("boot");

    ASSERT_TRUE(log) << log.error().what;
    EXPECT_EQ(as_text(read_all(log->get(), 100, "log").value()), "events");
    EXPECT_EQ(::fcntl(log->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
}

TEST(ListedLogs, KnowNoFileThatIsNotListed) {
    const parts::Scratch scratch("logs");
    ListedLogs logs({{"boot", scratch.write("log", "events")}});

    for (const std::string& name : {std::string("ima"), std::string(), scratch.path("log"), std::string("../log")}) {
        const auto log = logs.open(name);
        ASSERT_FALSE(log) << name;
        EXPECT_EQ(log.error().kind, ErrorKind::Denied) << name;
    }
}

TEST(ListedLogs, FollowNoLinkOutOfTheFolder) {
    const parts::Scratch scratch("logs");
    scratch.write("secret", "x");
    std::filesystem::create_directory(scratch.path("logs"));
    std::filesystem::create_symlink(scratch.path("secret"), scratch.path("logs/absolute"));
    std::filesystem::create_symlink("../secret", scratch.path("logs/upwards"));
    std::filesystem::create_symlink("absolute", scratch.path("logs/twice"));
    ListedLogs logs({{"a", scratch.path("logs/absolute")}, {"b", scratch.path("logs/upwards")}, {"c", scratch.path("logs/twice")}});

    EXPECT_EQ(logs.open("a").error().kind, ErrorKind::Denied);
    EXPECT_EQ(logs.open("b").error().kind, ErrorKind::Denied);
    EXPECT_FALSE(logs.open("c"));
}

TEST(ListedLogs, FollowTheKernelsLinkToTheListBesideIt) {
    const parts::Scratch scratch("logs");
    scratch.write("binary_runtime_measurements_sha1", "entries");
    std::filesystem::create_symlink("binary_runtime_measurements_sha1", scratch.path("binary_runtime_measurements"));
    ListedLogs logs(ListedLogs::Paths{{"ima", scratch.path("binary_runtime_measurements")}});

    const auto log = logs.open("ima");

    ASSERT_TRUE(log) << log.error().what;
    EXPECT_EQ(as_text(read_all(log->get(), 100, "log").value()), "entries");
}

TEST(ListedLogs, OpenPlainFilesOnlyAndNeverWait) {
    const parts::Scratch scratch("logs");
    ASSERT_EQ(::mkfifo(scratch.path("fifo").c_str(), 0600), 0);
    ListedLogs logs({{"fifo", scratch.path("fifo")}, {"folder", scratch.path()}, {"device", "/dev/null"}});

    for (const char* name : {"fifo", "folder", "device"}) EXPECT_EQ(logs.open(name).error().kind, ErrorKind::Denied) << name;
}

TEST(ListedLogs, SayThatALogIsNotThere) {
    ListedLogs logs(ListedLogs::Paths{{"ima", "/nothing/here"}});
    EXPECT_EQ(logs.open("ima").error().kind, ErrorKind::Unavailable);
}

}  // namespace
}  // namespace anchor::warden
