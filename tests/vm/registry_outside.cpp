// SPDX-License-Identifier: Apache-2.0
#include "registry_outside.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace anchor::vm {
namespace {

constexpr auto kJudgedWithin = std::chrono::minutes(5);
constexpr auto kBetweenLooks = std::chrono::milliseconds(500);

constexpr std::string_view kPolicy = R"({
  "policy": "booted", "version": 1,
  "rules": [{"id": "registers", "about": "hardware", "require": "boot.log_replays && boot.pcrs_match && size(boot.pcr_mismatches) == 0",
             "otherwise": "contraindicated", "if_unknown": "warning", "because": "Something else was booted."},
            {"id": "programs", "about": "executables", "require": "ima.clean",
             "otherwise": "contraindicated", "if_unknown": "warning", "because": "Something ran that nobody approved."}]
})";

Result<void> done(const parts::CommandResult& result) {
    if (!result.ok()) return unavailable("anchor-registry: " + result.output);
    return {};
}

}  // namespace

Result<std::unique_ptr<RegistryOutside>> RegistryOutside::start() {
    std::unique_ptr<RegistryOutside> registry(new RegistryOutside);
    std::set<std::uint16_t> free;
    while (free.size() < 3) free.insert(parts::Mosquitto::free_port());
    const std::vector<std::uint16_t> ports(free.begin(), free.end());
    parts::Arguments words{"init",
                           "--tenant",
                           "vm",
                           "--allow-uncertified-ek",
                           "--fleet-port",
                           std::to_string(ports[0]),
                           "--enroll-port",
                           std::to_string(ports[1]),
                           "--enroll-registry-port",
                           std::to_string(ports[2])};
    if (::geteuid() == 0) words.insert(words.end(), {"--broker-user", "root"});
    ANCHOR_RETURN_IF_ERROR(done(registry->act(words)));
    const std::string policy = registry->scratch_.write("policy.json", kPolicy);
    ANCHOR_RETURN_IF_ERROR(done(registry->act({"policy", "set", policy, "--group", "default"})));
    const auto configuration = [&](const char* file) { return std::string(as_text(registry->scratch_.read(file))); };
    ANCHOR_ASSIGN_OR_RETURN(registry->broker_, parts::Mosquitto::start(configuration("registry/broker/mosquitto.conf"), ports[0]));
    ANCHOR_ASSIGN_OR_RETURN(registry->enroll_broker_,
                            parts::Mosquitto::start(configuration("registry/enroll-broker/mosquitto.conf"), ports[1]));
    ANCHOR_ASSIGN_OR_RETURN(
        registry->registry_,
        parts::Process::start({REGISTRY_PROGRAM, "--dir", registry->scratch_.path("registry"), "serve"}, registry->scratch_.path("log")));
    return registry;
}

parts::CommandResult RegistryOutside::act(const parts::Arguments& words) const {
    parts::Arguments command{REGISTRY_PROGRAM, "--dir", scratch_.path("registry")};
    command.insert(command.end(), words.begin(), words.end());
    return parts::run(command);
}

Result<void> RegistryOutside::accept(const std::string& reference) const {
    return done(act({"reference", "set", reference, "--group", "default"}));
}

Result<Json> RegistryOutside::told(const parts::Arguments& words) const {
    const auto result = act(words);
    ANCHOR_RETURN_IF_ERROR(done(result));
    return parse_json(result.output);
}

Result<Json> RegistryOutside::only_device() const {
    ANCHOR_ASSIGN_OR_RETURN(const Json all, told({"devices", "--json"}));
    if (all["devices"].size() != 1) return Json{{"level", "none"}, {"all", all}};
    return told({"devices", "show", all["devices"][0]["id"].get<std::string>(), "--json"});
}

Result<Json> RegistryOutside::device_at(const std::string& level, const std::string& why) const {
    const auto deadline = std::chrono::steady_clock::now() + kJudgedWithin;
    for (;;) {
        ANCHOR_ASSIGN_OR_RETURN(Json device, only_device());
        if (device["level"] == level && device["result"].dump().find(why) != std::string::npos) return device;
        if (std::chrono::steady_clock::now() > deadline)
            return unavailable("the device is not " + level + ": " + device.dump() + "\n" + std::string(as_text(scratch_.read("log"))));
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

}  // namespace anchor::vm
