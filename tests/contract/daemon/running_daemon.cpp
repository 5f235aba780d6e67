// SPDX-License-Identifier: Apache-2.0
#include "running_daemon.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include <nlohmann/json.hpp>

#include <anchor/control/interface.h>
#include <parts/varlink_shape.h>

namespace anchor::daemon {
namespace {

void expect_described(const char* method, const Json& answer) {
    static const parts::VarlinkShape kShape(control::agent_description());
    EXPECT_THAT(kShape.complaints(method, answer), testing::IsEmpty());
}

}  // namespace

RunningDaemon::RunningDaemon(const std::string& tcti, const std::string& more) : scratch_("anchord") {
    configuration_ =
        scratch_.write("anchord.toml", "state_dir = \"" + state_folder() + "\"\nruntime_dir = \"" + scratch_.path() +
                                           "\"\npolicy_dir = \"" + scratch_.path("policy.d") + "\"\n[socket]\npath = \"" + socket() +
                                           "\"\ngroup = \"\"\n[tpm]\ntcti = \"" + tcti + "\"\n[attest]\n" + more + "\n");
}

Result<void> RunningDaemon::start() {
    ANCHOR_ASSIGN_OR_RETURN(process_, parts::Process::start({ANCHORD_PROGRAM, "--config", configuration_}, scratch_.path("log"),
                                                            {"NOTIFY_SOCKET=" + manager_.path()}));
    return {};
}

Result<Json> RunningDaemon::status() const {
    ANCHOR_ASSIGN_OR_RETURN(auto client, control::Client::connect(socket()));
    ANCHOR_ASSIGN_OR_RETURN(const Json answer, client.call("GetStatus", Json::object()));
    expect_described("GetStatus", answer);
    return answer["status"];
}

Result<Json> RunningDaemon::call(std::string_view method, const Json& parameters) const {
    ANCHOR_ASSIGN_OR_RETURN(auto client, control::Client::connect(socket()));
    return client.call(method, parameters);
}

void RunningDaemon::write_policy(const std::string& file, std::string_view text) const {
    std::filesystem::create_directories(scratch_.path("policy.d"));
    scratch_.write("policy.d/" + file, text);
}

bool RunningDaemon::decides(const std::function<bool(const Json&)>& wish) const {
    for (int i = 0; i < 200; ++i) {
        const auto answer = call("GetDecision", Json::object());
        if (answer) expect_described("GetDecision", *answer);
        if (answer && wish((*answer)["decision"])) return true;
        std::this_thread::sleep_for(Milliseconds{100});
    }
    return false;
}

bool RunningDaemon::says(const std::string& text) const {
    for (int rounds = 10; rounds > 0; --rounds) {
        if (log().find(text) != std::string::npos) return true;
        if (notice().empty()) return false;
    }
    return false;
}

Milliseconds RunningDaemon::terminate() {
    const auto before = std::chrono::steady_clock::now();
    process_.terminate();
    return std::chrono::ceil<Milliseconds>(std::chrono::steady_clock::now() - before);
}

}  // namespace anchor::daemon
