// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <parts/swtpm.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "running_daemon.h"

namespace anchor::daemon {
namespace {

constexpr Milliseconds kLongestEnd{2'000};

class Anchord : public testing::Test {
protected:
    void SetUp() override {
        if (!parts::Swtpm::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup and tpm2-tools";
        auto tpm = parts::Swtpm::start();
        ASSERT_TRUE(tpm) << tpm.error().what;
        tpm_ = std::move(*tpm);
    }
    std::unique_ptr<parts::Swtpm> tpm_;
};

parts::CommandResult check(const std::string& file) { return parts::run({ANCHORD_PROGRAM, "--check-config", "--config", file}); }

TEST_F(Anchord, BecomesReadyAndTrustsNothingYet) {
    RunningDaemon daemon(tpm_->tcti());
    ASSERT_TRUE(daemon.start());

    const std::string notice = daemon.notice();
    const auto status = daemon.status();

    EXPECT_EQ(notice, "READY=1\nSTATUS=level unverified") << daemon.log();
    ASSERT_TRUE(status) << status.error().what;
    EXPECT_EQ((*status)["level"], "unverified");
    EXPECT_EQ((*status)["identity"]["enrolled"], false);
    EXPECT_FALSE((*status)["version"].get<std::string>().empty());
}

TEST_F(Anchord, KeepsItsStateFromOthers) {
    RunningDaemon daemon(tpm_->tcti());
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();

    struct stat folder {};
    ASSERT_EQ(::stat(daemon.state_folder().c_str(), &folder), 0);

    EXPECT_EQ(folder.st_mode & 07777U, 0700U);
}

TEST_F(Anchord, EndsSoonAfterItIsToldTo) {
    RunningDaemon daemon(tpm_->tcti());
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();

    const Milliseconds took = daemon.terminate();

    EXPECT_LT(took, kLongestEnd);
    EXPECT_EQ(daemon.notice(), "STOPPING=1");
}

TEST_F(Anchord, SaysThatTheTpmIsAwayAndGoesOnWhenItIsBack) {
    tpm_->power_off();
    RunningDaemon daemon(tpm_->tcti(), "interval = \"1s\"");
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();

    const bool missed = daemon.says("the TPM does not answer");
    const auto status = daemon.status();
    ASSERT_TRUE(tpm_->power_on());
    const bool back = daemon.says("the TPM answers again");

    EXPECT_TRUE(missed) << daemon.log();
    ASSERT_TRUE(status) << status.error().what;
    EXPECT_EQ((*status)["level"], "unverified");
    EXPECT_TRUE(back) << daemon.log();
}

TEST_F(Anchord, EndsSoonAlsoWhileItWaitsForATpmThatNeverAnswers) {
    // Accepts, and says nothing: what a hung resource manager looks like.
    const std::string path = tpm_->scratch().path("hung.sock");
    const UniqueFd hung(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    ASSERT_EQ(::bind(hung.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(hung.get(), 8), 0);
    RunningDaemon daemon("swtpm:path=" + path);
    ASSERT_TRUE(daemon.start());
    const UniqueFd waiting(::accept(hung.get(), nullptr, nullptr));
    ASSERT_TRUE(waiting.valid());

    const Milliseconds took = daemon.terminate();

    EXPECT_LT(took, kLongestEnd);
}

TEST(AnchordConfig, ThatIsGoodIsSaidToBe) {
    const RunningDaemon daemon("none");

    const auto checked = check(daemon.configuration());

    EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

TEST(AnchordConfig, WithAMistakeIsRefusedWithItsPlace) {
    const RunningDaemon daemon("none", "intervall = \"1s\"");

    const auto checked = check(daemon.configuration());

    EXPECT_EQ(checked.exit_code, 78);
    EXPECT_NE(checked.output.find("anchord.toml:10:1"), std::string::npos) << checked.output;
}

TEST(AnchordConfig, ThatIsNotThereIsRefused) { EXPECT_EQ(check("/nonexistent/anchord.toml").exit_code, 78); }

TEST(AnchordCommandLine, ThatIsWrongHasACodeOfItsOwn) { EXPECT_EQ(parts::run({ANCHORD_PROGRAM, "--bogus"}).exit_code, 2); }

TEST(AnchordWithoutATpm, SaysThatItHasNone) {
    RunningDaemon daemon("none");
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();

    const auto status = daemon.status();

    ASSERT_TRUE(status) << status.error().what;
    EXPECT_TRUE((*status)["tpm"].is_null());
}

}  // namespace
}  // namespace anchor::daemon
