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

TEST(AnchordCommandLine, IsRefusedWithTheCodeForThatWhereItIsWrong) {
    const std::vector<parts::Arguments> wrong = {
        {"--bogus"}, {"a-word"}, {"--config"}, {"--check-config=yes"}, {"--foreground-log", "xml"}};
    for (const parts::Arguments& words : wrong) {
        parts::Arguments command{ANCHORD_PROGRAM};
        command.insert(command.end(), words.begin(), words.end());
        const auto refused = parts::run(command);
        EXPECT_EQ(refused.exit_code, 2) << words.front() << ": " << refused.output;
        EXPECT_NE(refused.output.find("anchord --help"), std::string::npos) << refused.output;
    }
}

TEST(AnchordCommandLine, TellsItsVersionAndItsOptions) {
    const auto version = parts::run({ANCHORD_PROGRAM, "--version"});
    const auto help = parts::run({ANCHORD_PROGRAM, "--help"});

    EXPECT_EQ(version.exit_code, 0);
    EXPECT_TRUE(version.output.starts_with("anchord ")) << version.output;
    EXPECT_EQ(help.exit_code, 0);
    for (const char* option : {"--config FILE", "--check-config", "--foreground-log"}) {
        EXPECT_NE(help.output.find(option), std::string::npos) << help.output;
    }
}

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

    const bool missed = daemon.says("the stored state cannot be read yet: no TPM at");
    const auto status = daemon.status();
    ASSERT_TRUE(tpm_->power_on());
    const bool back = daemon.says("the stored state can be read now");

    EXPECT_TRUE(missed) << daemon.log();
    ASSERT_TRUE(status) << status.error().what;
    EXPECT_EQ((*status)["level"], "unverified");
    EXPECT_TRUE(back) << daemon.log();
}

// Accepts, and says nothing: what a hung resource manager looks like.
class HungTpm {
public:
    HungTpm() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(scratch_.path("tpm.sock"), address.sun_path);
        if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
        if (::listen(socket_.get(), 8) != 0) std::abort();
    }
    std::string tcti() const { return "swtpm:path=" + scratch_.path("tpm.sock"); }
    /// Waits for somebody to ask it.
    UniqueFd accept() const { return UniqueFd(::accept(socket_.get(), nullptr, nullptr)); }

private:
    parts::Scratch scratch_{"hung"};
    const UniqueFd socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST(AnchordAtAHungTpm, EndsSoonWhileItWaits) {
    const HungTpm tpm;
    RunningDaemon daemon(tpm.tcti());
    ASSERT_TRUE(daemon.start());
    const UniqueFd waiting = tpm.accept();
    ASSERT_TRUE(waiting.valid());

    EXPECT_LT(daemon.terminate(), kLongestEnd);
}

TEST(AnchordAtAHungTpm, TellsTheWatchdogThatItLives) {
    const HungTpm tpm;
    RunningDaemon daemon(tpm.tcti(), "interval = \"1s\"");
    ASSERT_TRUE(daemon.start());
    const UniqueFd waiting = tpm.accept();
    ASSERT_EQ(daemon.notice(), "READY=1\nSTATUS=level unverified") << daemon.log();

    EXPECT_EQ(daemon.notice(), "WATCHDOG=1\nSTATUS=level unverified") << daemon.log();
    EXPECT_EQ(daemon.notice(), "WATCHDOG=1\nSTATUS=level unverified") << daemon.log();
}

// What the device's own user may put, and a rule over it.
std::string telemetry_policy(int version, double limit) {
    return "{\"policy\": \"site\", \"version\": " + std::to_string(version) +
           ", \"claims\": {\"plc.rms\": {\"type\": \"double\", \"max_age\": \"1h\", \"from\": \"app:" + std::to_string(::getuid()) +
           "\"}}, \"rules\": [{\"id\": \"calm\", \"about\": \"sourced-data\", \"require\": \"plc.rms < " + std::to_string(limit) +
           "\", \"because\": \"It shakes.\"}]}";
}

bool passes(const Json& decision) { return decision["policies"].size() == 1 && decision["findings"].empty(); }
bool fails_with(const Json& decision, const std::string& value) {
    return decision["findings"].size() == 1 && decision["findings"][0]["inputs"][0]["value"].get<std::string>().starts_with(value);
}

TEST(AnchordFiles, TellTheLevelToProgramsThatReadFiles) {
    RunningDaemon daemon("none");
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();

    EXPECT_EQ(daemon.file("trust.json"), "{\"allow\":[],\"level\":\"unverified\",\"respond\":[]}\n");
    EXPECT_NE(daemon.file("metrics.prom").find("anchord_trust_level{level=\"unverified\"} 1\n"), std::string::npos);
}

TEST(AnchordTelemetry, OfAnApplicationIsJudgedSoonAfterItWasPut) {
    RunningDaemon daemon("none", "interval = \"1h\"");
    daemon.write_policy("site.json", telemetry_policy(1, 4.5));
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();
    EXPECT_TRUE(daemon.decides([](const Json& d) { return fails_with(d, "unknown: the application has put no value yet"); }))
        << daemon.log();

    ASSERT_TRUE(daemon.call("PutTelemetry", {{"name", "plc.rms"}, {"value", 1.5}}));
    EXPECT_TRUE(daemon.decides(passes)) << daemon.log();
    ASSERT_TRUE(daemon.call("PutTelemetry", {{"name", "plc.rms"}, {"value", 9}}));
    EXPECT_TRUE(daemon.decides([](const Json& d) { return fails_with(d, "9"); })) << daemon.log();

    EXPECT_FALSE(daemon.call("PutTelemetry", {{"name", "plc.rms"}, {"value", "fast"}}));
    EXPECT_FALSE(daemon.call("PutTelemetry", {{"name", "plc.other"}, {"value", 1}}));
}

TEST(AnchordPolicies, OfThisMachineAreReadAnewOnSighupAndABadOneChangesNothing) {
    RunningDaemon daemon("none", "interval = \"1h\"");
    ASSERT_TRUE(daemon.start());
    ASSERT_NE(daemon.notice(), "") << daemon.log();
    EXPECT_FALSE(daemon.call("PutTelemetry", {{"name", "plc.rms"}, {"value", 1.5}})) << "nobody declared it";

    daemon.write_policy("site.json", telemetry_policy(1, 4.5));
    daemon.reload();
    EXPECT_TRUE(daemon.decides([](const Json& d) { return d["policies"].size() == 1; })) << daemon.log();
    EXPECT_TRUE(daemon.call("PutTelemetry", {{"name", "plc.rms"}, {"value", 1.5}}));
    daemon.write_policy("site.json", "{\"policy\": \"site\", \"version\": 2,\n \"rules\": []}");
    daemon.reload();

    EXPECT_TRUE(daemon.decides(passes)) << daemon.log();
    EXPECT_NE(daemon.log().find("site.json:2:"), std::string::npos) << daemon.log();
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
