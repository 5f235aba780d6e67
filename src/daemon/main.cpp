// SPDX-License-Identifier: Apache-2.0
// anchord: the agent of a device. This file is the command line and the order of the start; what a daemon consists of stands in
// wiring. Nothing of the outside world is believed here but the operator's files.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "agent_settings.h"
#include "hardening.h"
#include "program_log.h"
#include "program_version.h"
#include "wiring.h"

namespace anchor::daemon {
namespace {

// What --help says of them is the documentation. 78 is EX_CONFIG of sysexits.h.
constexpr int kEnded = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kBadConfiguration = 78;

constexpr const char* kExitCodes =
    "Exit codes: 0 ended by SIGTERM or SIGINT, or the configuration is good; 1 cannot start, the log says why, and trying again\n"
    "may help; 2 wrong command line; 78 the configuration, or a file that it names, is wrong: trying again does not help.";

struct Options {
    std::string config = "/etc/anchord/anchord.toml";
    bool check_config = false;
    std::string log_form;
};

struct CheckedConfig {
    DaemonConfig config;
    agent::AgentSettings settings;
};

Result<CheckedConfig> read_configuration(const Options& options) {
    ANCHOR_ASSIGN_OR_RETURN(DaemonConfig config, load_config(options.config));
    ANCHOR_ASSIGN_OR_RETURN(agent::AgentSettings settings, agent_settings(config));
    if (options.check_config) ANCHOR_RETURN_IF_ERROR(check_local_policies(config.policy_dir));
    return CheckedConfig{std::move(config), std::move(settings)};
}

LogForm form_of(const Options& options) {
    if (options.log_form.empty()) return log_form_of_surroundings();
    return options.log_form == "journal" ? LogForm::Journal : LogForm::Text;
}

int failed(int code, const std::string& step, const Error& error) {
    log(agent::Severity::Error, step + ": " + error.what);
    return code;
}

int start(const Options& options) {
    open_log(form_of(options), LogLevel::Info);
    if (auto hardened = harden_process(); !hardened) return failed(kFailed, "hardening", hardened.error());
    auto checked = read_configuration(options);
    if (!checked) return failed(kBadConfiguration, "configuration", checked.error());
    if (options.check_config) return std::puts("the configuration is good") < 0 ? kFailed : kEnded;
    open_log(form_of(options), checked->config.log_level);
    auto wiring = Wiring::build(checked->config, std::move(checked->settings));
    if (!wiring) return failed(kFailed, "start", wiring.error());
    (*wiring)->run();
    return kEnded;
}

int parse_and_start(int argc, char** argv) {
    Options options;
    CLI::App app{"The agent of this device: judges all the time how far it is to be trusted.", "anchord"};
    app.add_option("--config", options.config, "Configuration file; *.toml in the folder conf.d beside it follow")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("--check-config", options.check_config, "Read the configuration and all it names, say what is wrong, and end");
    app.add_option("--foreground-log", options.log_form, "Form of the log on standard error; found out where it is not given")
        ->check(CLI::IsMember({"text", "journal"}));
    app.set_version_flag("--version", "anchord " + std::string(kProgramVersion));
    app.footer(kExitCodes);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kEnded : kUsage;
    }
    return start(options);
}

}  // namespace
}  // namespace anchor::daemon

int main(int argc, char** argv) {
    try {
        return anchor::daemon::parse_and_start(argc, argv);
    } catch (const std::exception& error) {
        // Out of memory, mostly: nothing that a running part could have handled.
        (void)std::fprintf(stderr, "anchord: %s\n", error.what());
        return 1;
    }
}
