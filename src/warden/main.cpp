// SPDX-License-Identifier: Apache-2.0

// anchord-warden: the small program with rights. It opens the measurement logs that configuration names and carries out
// what the daemon asks for; it judges nothing, has no network of its own, and keeps no state.

#include <pwd.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string_view>

#include <anchor/enforce/enforcer_group.h>
#include <anchor/enforce/hooks_folder.h>
#include <anchor/enforce/nftables_isolation.h>
#include <anchor/enforce/systemd_targets.h>
#include <anchor/enforce/trust_file.h>
#include <anchor/enforce/warden_client.h>

#include "configuration.h"
#include "listed_logs.h"
#include "listener.h"
#include "server.h"

namespace anchor::warden {
namespace {

constexpr Milliseconds kSystemctlDeadline = Seconds(5);

Result<uid_t> uid_of(const std::string& user) {
    const passwd* const entry = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
    if (entry == nullptr) return denied("there is no user \"" + user + "\"");
    return entry->pw_uid;
}

// In this order: the network closes first, and hooks, which may take their time, come last.
enforce::EnforcerGroup enforcers_of(const Configuration& configuration, uid_t user) {
    enforce::EnforcerGroup group;
    if (configuration.isolation) group.add("isolation", std::make_unique<enforce::NftablesIsolation>(user));
    if (!configuration.systemctl.empty()) {
        group.add("targets", std::make_unique<enforce::SystemdTargets>(configuration.systemctl, kSystemctlDeadline));
    }
    if (!configuration.trust_file.empty()) group.add("trust file", std::make_unique<enforce::TrustFile>(configuration.trust_file));
    if (!configuration.metrics_file.empty()) group.add("metrics", std::make_unique<enforce::MetricsFile>(configuration.metrics_file));
    if (!configuration.hooks.empty()) {
        const enforce::HookLimits limits{.each = configuration.hook_deadline};
        group.add("hooks", std::make_unique<enforce::HooksFolder>(configuration.hooks, limits));
    }
    return group;
}

Error serve(const std::string& configuration_file, const std::string& socket) {
    auto configuration = load_configuration(configuration_file);
    if (!configuration) return std::move(configuration).error();
    const auto user = uid_of(configuration->user);
    if (!user) return user.error();
    const auto listener = open_listener(socket, *user);
    if (!listener) return listener.error();

    ListedLogs logs(configuration->logs);
    enforce::EnforcerGroup enforcers = enforcers_of(*configuration, *user);
    return Server(*user, logs, enforcers).run(listener->get(), [](const Error& error) { std::cerr << error.what << std::endl; });
}

}  // namespace
}  // namespace anchor::warden

int main(int argc, char** argv) {
    std::string configuration = anchor::warden::kConfigurationFile;
    std::string socket = anchor::enforce::kWardenSocket;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view option = argv[i];
        if (i + 1 == argc || (option != "--config" && option != "--socket")) {
            std::cerr << "usage: anchord-warden [--config FILE] [--socket PATH]\n";
            return 2;
        }
        (option == "--config" ? configuration : socket) = argv[i + 1];
    }
    ::signal(SIGPIPE, SIG_IGN);
    std::cerr << anchor::warden::serve(configuration, socket).what << std::endl;
    return 1;
}
