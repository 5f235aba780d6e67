// SPDX-License-Identifier: Apache-2.0

// anchorctl as scripts meet it: exit codes and what goes where.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <parts/command.h>

namespace anchor::cli {
namespace {

using testing::HasSubstr;

parts::CommandResult anchorctl(parts::Arguments arguments) {
    arguments.insert(arguments.begin(), ANCHORCTL);
    return parts::run(arguments);
}

TEST(Anchorctl, EndsWithTwoForWrongUsage) {
    EXPECT_EQ(anchorctl({}).exit_code, 2);
    EXPECT_EQ(anchorctl({"stauts"}).exit_code, 2);
    EXPECT_EQ(anchorctl({"status", "--jsn"}).exit_code, 2);
    EXPECT_EQ(anchorctl({"evidence", "--nonce", "xyz", "--out", "/tmp/x"}).exit_code, 2);
    EXPECT_EQ(anchorctl({"log", "show", "--json", "--yaml", "f"}).exit_code, 2);
    EXPECT_EQ(anchorctl({"log", "explain", "f"}).exit_code, 2);
    EXPECT_EQ(anchorctl({"reference", "make", "--out", "/nowhere/x"}).exit_code, 2) << "nothing to make it from";
    EXPECT_EQ(anchorctl({"reference", "check", "f"}).exit_code, 2) << "nothing to check";
}

TEST(Anchorctl, EndsWithFourWithoutADaemon) {
    const auto result = anchorctl({"--socket", "/nowhere/anchord.sock", "status"});

    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.output, HasSubstr("anchorctl: no daemon to talk to: /nowhere/anchord.sock"));
}

// A pipe can be read once only; an IMA list is larger than what a pipe holds.
TEST(Anchorctl, ReadsLogsFromPipes) {
    const std::string vectors = ANCHOR_SOURCE_DIR "/tests/vectors/boot/";
    for (const std::string log : {"debian12-ovmf.eventlog.bin", "debian12-ovmf-ima-sig.ima.bin"}) {
        const auto from_file = anchorctl({"log", "replay", vectors + log});
        EXPECT_EQ(from_file.exit_code, 0) << from_file.output;
        for (const std::string name : {"-", "/dev/stdin"}) {
            const auto piped = parts::run({"/bin/sh", "-c", "cat '" + vectors + log + "' | '" ANCHORCTL "' log replay " + name});
            EXPECT_EQ(piped.output, from_file.output) << name;
        }
    }
}

TEST(Anchorctl, HelpsAndNamesItsVersion) {
    EXPECT_EQ(anchorctl({"--help"}).exit_code, 0);
    EXPECT_EQ(anchorctl({"--version"}).exit_code, 0);
    EXPECT_THAT(anchorctl({"--help"}).output, HasSubstr("4 daemon not reachable"));
}

}  // namespace
}  // namespace anchor::cli
