// SPDX-License-Identifier: Apache-2.0
// anchord: the agent of a device. This file is the command line and the order of the start; what a daemon consists of stands in
// wiring. Nothing of the outside world is believed here but the operator's files.

#include <getopt.h>
#include <malloc.h>
#include <array>
#include <cstdio>
#include <optional>

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

constexpr const char* kHelp =
    R"(The agent of this device: judges all the time how far it is to be trusted.
Usage: anchord [OPTIONS]

Options:
  -h, --help                  Print this help and end
  --version                   Print the version and end
  --config FILE               Configuration file; *.toml in the folder conf.d beside it follow [/etc/anchord/anchord.toml]
  --check-config              Read the configuration and all it names, say what is wrong, and end
  --foreground-log FORM       Form of the log on standard error, text or journal; found out where it is not given

Exit codes: 0 ended by SIGTERM or SIGINT, or the configuration is good; 1 cannot start, the log says why, and trying again
may help; 2 wrong command line; 78 the configuration, or a file that it names, is wrong: trying again does not help.
)";

struct Options {
    std::string config = "/etc/anchord/anchord.toml";
    bool check_config = false;
    std::optional<LogForm> log_form;  ///< nothing: found out
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

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? kFailed : kEnded; }

int failed(int code, const std::string& step, const Error& error) {
    log(agent::Severity::Error, step + ": " + error.what);
    return code;
}

// The C library gives each thread a heap of its own, to be fast; of seven threads that mostly wait, each kept what it once needed.
void share_one_heap() {
#ifdef M_ARENA_MAX
    (void)::mallopt(M_ARENA_MAX, 1);
#endif
}

int start(const Options& options) {
    share_one_heap();
    const LogForm form = options.log_form.value_or(log_form_of_surroundings());
    open_log(form, LogLevel::Info);
    if (auto hardened = harden_process(); !hardened) return failed(kFailed, "hardening", hardened.error());
    auto checked = read_configuration(options);
    if (!checked) return failed(kBadConfiguration, "configuration", checked.error());
    if (options.check_config) return print("the configuration is good\n");
    open_log(form, checked->config.log_level);
    auto wiring = Wiring::build(checked->config, std::move(checked->settings));
    if (!wiring) return failed(kFailed, "start", wiring.error());
    (*wiring)->run();
    return kEnded;
}

int refuse(const std::string& why) {
    (void)std::fprintf(stderr, "anchord: %s\nanchord --help lists what can be said.\n", why.c_str());
    return kUsage;
}

std::optional<LogForm> log_form_from(std::string_view word) {
    if (word == "text") return LogForm::Text;
    if (word == "journal") return LogForm::Journal;
    return std::nullopt;
}

// The C library's own parser: a library for five options is a tenth of the program's size.
int parse_and_start(int argc, char** argv) {
    constexpr std::array<option, 6> kOptions = {{{"config", required_argument, nullptr, 'c'},
                                                 {"check-config", no_argument, nullptr, 'k'},
                                                 {"foreground-log", required_argument, nullptr, 'l'},
                                                 {"version", no_argument, nullptr, 'v'},
                                                 {"help", no_argument, nullptr, 'h'},
                                                 {}}};
    Options options;
    while (true) {
        switch (::getopt_long(argc, argv, "h", kOptions.data(), nullptr)) {  // NOLINT(concurrency-mt-unsafe): before any thread
            case -1:
                if (optind < argc) return refuse("nothing is called \"" + std::string(argv[optind]) + "\" here");
                return start(options);
            case 'c': options.config = optarg; break;
            case 'k': options.check_config = true; break;
            case 'l':
                options.log_form = log_form_from(optarg);
                if (!options.log_form) return refuse("--foreground-log takes text or journal, not \"" + std::string(optarg) + "\"");
                break;
            case 'v': return print("anchord " + std::string(kProgramVersion) + "\n");
            case 'h': return print(kHelp);
            default: return refuse("the command line is wrong");  // in which way has been said
        }
    }
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
