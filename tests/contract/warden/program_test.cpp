// SPDX-License-Identifier: Apache-2.0

// The program itself, with a configuration that leaves this machine's network and services alone.

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include <anchor/base/file.h>
#include <anchor/enforce/warden_client.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::warden {
namespace {

class WardenProgram : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root: the warden's hooks are root's";
        const std::string log = scratch_.write("log", "events");
        std::filesystem::create_directory(scratch_.path("hooks"));
        const std::string hook = scratch_.write("hooks/hook", "#!/bin/sh\necho $1 >>" + scratch_.path("said") + "\n");
        ASSERT_EQ(::chmod(hook.c_str(), 0755), 0);
        scratch_.write("warden.toml", "user = \"root\"\n[logs]\nboot = \"" + log + "\"\n[targets]\nsystemctl = \"\"\n[isolation]\n" +
                                          "enabled = false\n[hooks]\nfolder = \"" + scratch_.path("hooks") + "\"\n[files]\ntrust = \"" +
                                          scratch_.path("trust.json") + "\"\nmetrics = \"" + scratch_.path("metrics.prom") + "\"\n");
        auto started = parts::Process::start({ANCHOR_WARDEN, "--config", scratch_.path("warden.toml"), "--socket", scratch_.path("sock")},
                                             scratch_.path("output"));
        ASSERT_TRUE(started) << started.error().what;
        process_ = std::move(started).value();
        wait_for_socket();
    }

    void wait_for_socket() {
        for (int i = 0; i < 500 && !client_.open("boot"); ++i) std::this_thread::sleep_for(Milliseconds(10));
    }

    parts::Scratch scratch_{"warden"};
    parts::Process process_;
    enforce::WardenClient client_{{.socket = scratch_.path("sock")}};
};

TEST_F(WardenProgram, OpensLogsAndCarriesOutWishes) {
    auto log = client_.open("boot");
    const auto done = client_.apply({.level = Level::Restricted, .allow = {"a"}, .respond = {}});

    ASSERT_TRUE(log) << log.error().what;
    EXPECT_EQ(as_text(read_all(log->get(), 100, "log").value()), "events");
    EXPECT_TRUE(done) << done.error().what;
    EXPECT_EQ(as_text(scratch_.read("said")), "restricted\n");
    EXPECT_EQ(as_text(scratch_.read("trust.json")), "{\"allow\":[\"a\"],\"level\":\"restricted\",\"respond\":[]}\n");
    EXPECT_NE(as_text(scratch_.read("metrics.prom")).find("{level=\"restricted\"} 1"), std::string_view::npos);
}

TEST_F(WardenProgram, RefusesAnotherUserByTheKernelsWord) {
    std::filesystem::permissions(scratch_.path(), std::filesystem::perms::all);
    std::filesystem::permissions(scratch_.path("sock"), std::filesystem::perms::all);
    ASSERT_EQ(::seteuid(65534), 0);
    const auto done = client_.apply({.level = Level::Trusted, .allow = {}, .respond = {}});
    ASSERT_EQ(::seteuid(0), 0);

    EXPECT_FALSE(done);
    EXPECT_TRUE(client_.open("boot")) << "it serves its own user still";
    EXPECT_FALSE(std::filesystem::exists(scratch_.path("said")));
    EXPECT_NE(as_text(scratch_.read("output")).find("user 65534 has no business here"), std::string_view::npos);
}

TEST_F(WardenProgram, EndsWithAMessageWhereItsConfigurationIsWrong) {
    const std::string wrong = scratch_.write("wrong.toml", "usr = 1\n");

    const auto done = parts::run({ANCHOR_WARDEN, "--config", wrong, "--socket", scratch_.path("other")});

    EXPECT_EQ(done.exit_code, 1);
    EXPECT_EQ(done.output, wrong + ": line 1, column 1: unknown key \"usr\"\n");
}

}  // namespace
}  // namespace anchor::warden
