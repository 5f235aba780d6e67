// SPDX-License-Identifier: Apache-2.0
#include "loopback_fleet.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include <anchor/base/file.h>
#include <anchor/control/interface.h>
#include <parts/varlink_shape.h>

namespace anchor::whole {
namespace {

constexpr auto kDeadline = std::chrono::seconds(60);
constexpr auto kLook = std::chrono::milliseconds(50);
constexpr std::size_t kLargestFile = 4UL << 20U;

constexpr const char* kPolicy = R"({
  "policy": "whole", "version": 1,
  "rules": [{"id": "registers", "about": "hardware", "require": "boot.pcrs_match",
             "otherwise": "contraindicated", "if_unknown": "warning", "risk": 80, "because": "Something unknown was booted."}],
  "levels": {"quarantined_at_risk": 60, "recover_after": "1s", "recovery": "local"}
})";
// An emulated TPM has measured nothing: its registers are zero.
constexpr const char* kZero = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

std::string device_configuration(const parts::Scratch& files, const std::string& tcti) {
    return "state_dir = \"" + files.path("state") + "\"\nruntime_dir = \"" + files.path("run") + "\"\npolicy_dir = \"" +
           files.path("policy.d") + "\"\nclaim_bundle = \"" + files.path("registry/claim-first.json") + "\"\n[socket]\npath = \"" +
           files.path("run/anchord.sock") + "\"\ngroup = \"\"\n[tpm]\ntcti = \"" + tcti +
           "\"\n[attest]\ninterval = \"1s\"\nremote_every = \"10s\"\npcrs = [\"sha256:0-7\"]\nevent_log = \"" + files.path("no-event-log") +
           "\"\n[link]\nbackoff_first = \"200ms\"\nbackoff_longest = \"1s\"\n";
}

}  // namespace

bool LoopbackFleet::available() { return parts::Swtpm::available() && parts::Mosquitto::available(); }

Result<std::unique_ptr<LoopbackFleet>> LoopbackFleet::start() {
    std::unique_ptr<LoopbackFleet> fleet(new LoopbackFleet());
    ANCHOR_ASSIGN_OR_RETURN(fleet->tpm_, parts::Swtpm::start({.certificate = parts::SwtpmOptions::Certificate::EccP384}));
    ANCHOR_RETURN_IF_ERROR(fleet->make_registry());
    ANCHOR_RETURN_IF_ERROR(fleet->make_documents());
    ANCHOR_RETURN_IF_ERROR(fleet->start_brokers());
    ANCHOR_RETURN_IF_ERROR(fleet->start_registry());
    fleet->files_.write("anchord.toml", device_configuration(fleet->files_, fleet->tpm_->tcti()));
    ANCHOR_RETURN_IF_ERROR(fleet->done(parts::run({"mkdir", "-m", "700", fleet->path("state"), fleet->path("run")})));
    return fleet;
}

Result<void> LoopbackFleet::make_registry() {
    std::set<std::uint16_t> ports;
    while (ports.size() < 3) ports.insert(parts::Mosquitto::free_port());
    fleet_port_ = *ports.begin();
    enroll_port_ = *std::next(ports.begin());
    registry_port_ = *ports.rbegin();
    ANCHOR_RETURN_IF_ERROR(done(registry(init_words())));
    return done(parts::run({"sed", "-i", R"(s/^pcrs = .*/pcrs = ["sha256:0-7"]/)", path("registry/registry.toml")}));
}

parts::Arguments LoopbackFleet::init_words() const {
    parts::Arguments words{"init", "--tenant", "whole"};
    if (geteuid() == 0) words.insert(words.end(), {"--broker-user", "root"});
    words.insert(words.end(), {"--fleet-port", std::to_string(fleet_port_), "--enroll-port", std::to_string(enroll_port_),
                               "--enroll-registry-port", std::to_string(registry_port_)});
    return words;
}

Result<void> LoopbackFleet::make_foreign_registry(const std::string& folder) const {
    parts::Arguments command{REGISTRY_PROGRAM, "--dir", path(folder)};
    for (const std::string& word : init_words()) command.push_back(word);
    return done(parts::run(command));
}

Result<void> LoopbackFleet::make_documents() {
    Json registers = Json::object();
    for (int i = 0; i < 8; ++i) registers[std::to_string(i)] = Json::array({kZero});
    const std::string reference = files_.write("reference.json", Json{{"pcrs", registers}}.dump());
    const std::string policy = files_.write("policy.json", std::string_view(kPolicy));
    ANCHOR_RETURN_IF_ERROR(done(registry({"ek", "roots", "add", tpm_->root_certificate()})));
    ANCHOR_RETURN_IF_ERROR(done(registry({"ek", "roots", "add", tpm_->issuer_certificate()})));
    ANCHOR_RETURN_IF_ERROR(done(registry({"reference", "set", reference, "--group", "default"})));
    return done(registry({"policy", "set", policy, "--group", "default"}));
}

Result<void> LoopbackFleet::start_brokers() {
    ANCHOR_ASSIGN_OR_RETURN(const std::string fleet, read_text_file(path("registry/broker/mosquitto.conf"), kLargestFile));
    ANCHOR_ASSIGN_OR_RETURN(broker_, parts::Mosquitto::start(fleet, fleet_port_));
    return start_enroll_broker("registry");
}

Result<void> LoopbackFleet::start_enroll_broker(const std::string& registry_behind) {
    constexpr std::string_view kConfiguration = "/enroll-broker/mosquitto.conf";
    constexpr std::string_view kListenerOfTheRegistry = "# The registry.";
    ANCHOR_ASSIGN_OR_RETURN(const std::string ours, read_text_file(path("registry") + std::string(kConfiguration), kLargestFile));
    ANCHOR_ASSIGN_OR_RETURN(const std::string theirs, read_text_file(path(registry_behind) + std::string(kConfiguration), kLargestFile));
    const std::string both = ours.substr(0, ours.find(kListenerOfTheRegistry)) + theirs.substr(theirs.find(kListenerOfTheRegistry));
    enroll_broker_.reset();
    ANCHOR_ASSIGN_OR_RETURN(enroll_broker_, parts::Mosquitto::start(both, enroll_port_));
    return {};
}

Result<void> LoopbackFleet::start_registry_in(const std::string& folder) {
    ANCHOR_ASSIGN_OR_RETURN(registry_, parts::Process::start({REGISTRY_PROGRAM, "--dir", path(folder), "serve"}, path(folder + ".log")));
    return {};
}

Result<void> LoopbackFleet::move_to(const std::string& folder) {
    kill_registry();
    broker_.reset();
    enroll_broker_.reset();
    ANCHOR_ASSIGN_OR_RETURN(const std::string fleet, read_text_file(path(folder + "/broker/mosquitto.conf"), kLargestFile));
    ANCHOR_ASSIGN_OR_RETURN(const std::string enroll, read_text_file(path(folder + "/enroll-broker/mosquitto.conf"), kLargestFile));
    ANCHOR_ASSIGN_OR_RETURN(broker_, parts::Mosquitto::start(fleet, fleet_port_));
    ANCHOR_ASSIGN_OR_RETURN(enroll_broker_, parts::Mosquitto::start(enroll, enroll_port_));
    return start_registry_in(folder);
}

Result<void> LoopbackFleet::start_device(const parts::Environment& environment) {
    ANCHOR_ASSIGN_OR_RETURN(device_,
                            parts::Process::start({ANCHORD_PROGRAM, "--config", path("anchord.toml")}, path("device.log"), environment));
    return {};
}

// A sanitizer's library wants to be the first: here ours comes before it, and calls it.
Result<void> LoopbackFleet::start_device_at(WallTime time, Synchronised synchronised) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto shift = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch() - now);
    parts::Environment environment = {"LD_PRELOAD=" WRONG_CLOCK_LIBRARY, "WRONG_CLOCK=" + std::to_string(shift.count()),
                                      "ASAN_OPTIONS=verify_asan_link_order=0"};
    if (synchronised == Synchronised::Yes) environment.push_back("WRONG_CLOCK_SYNCHRONISED=1");
    return start_device(environment);
}

parts::CommandResult LoopbackFleet::registry(const parts::Arguments& words) const {
    parts::Arguments command{REGISTRY_PROGRAM, "--dir", path("registry")};
    command.insert(command.end(), words.begin(), words.end());
    return parts::run(command);
}

parts::CommandResult LoopbackFleet::ctl(const parts::Arguments& words) const {
    parts::Arguments command{ANCHORCTL_PROGRAM, "--socket", path("run/anchord.sock")};
    command.insert(command.end(), words.begin(), words.end());
    return parts::run(command);
}

Json LoopbackFleet::status() const {
    auto client = control::Client::connect(path("run/anchord.sock"));
    if (!client) return Json::object();
    const auto answer = client->call("GetStatus", Json::object());
    static const parts::VarlinkShape kShape(control::agent_description());
    if (!answer) return Json::object();
    EXPECT_THAT(kShape.complaints("GetStatus", *answer), testing::IsEmpty());
    return answer->at("status");
}

std::string LoopbackFleet::device_id() const {
    const Json now = status();
    return now.contains("identity") && now["identity"]["device"].is_string() ? now["identity"]["device"].get<std::string>() : "";
}

bool LoopbackFleet::connected() const {
    const Json now = status();
    return now.contains("connection") && now["connection"]["connected"] == true && now["identity"]["enrolled"] == true;
}

bool LoopbackFleet::until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(kLook);
    }
    return true;
}

bool LoopbackFleet::until_trusted() const {
    return until([this] {
        const Json now = status();
        return now.value("level", "") == "trusted" && now["registry"].is_object() && now["registry"]["level"] == "trusted" &&
               now["connection"]["connected"] == true;
    });
}

Result<void> LoopbackFleet::done(const parts::CommandResult& result) const {
    if (!result.ok()) return unavailable(result.output);
    return {};
}

std::string LoopbackFleet::device_log() const { return read_text_file(path("device.log"), kLargestFile).value_or(""); }

std::string LoopbackFleet::logs() const {
    return "status: " + status().dump(1) + "\n== device\n" + device_log() + "\n== registry\n" +
           read_text_file(path("registry.log"), kLargestFile).value_or("") + "\n== broker\n" + broker_->log();
}

}  // namespace anchor::whole
