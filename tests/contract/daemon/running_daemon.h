// SPDX-License-Identifier: Apache-2.0
#pragma once

// RunningDaemon: the program anchord beside a test, in a folder of its own.

#include <csignal>
#include <functional>

#include <anchor/control/client.h>
#include <parts/command.h>
#include <parts/notify_socket.h>
#include <parts/scratch.h>

namespace anchor::daemon {

class RunningDaemon {
public:
    /// Writes the configuration; `more` are further lines of its section [attest].
    explicit RunningDaemon(const std::string& tcti, const std::string& more = "");

    [[nodiscard]] Result<void> start();
    /// The next message to the service manager.
    [[nodiscard]] std::string notice() const { return manager_.receive(); }
    [[nodiscard]] Result<Json> status() const;
    [[nodiscard]] Result<Json> call(std::string_view method, const Json& parameters) const;
    /// Writes a file into its folder of policies.
    void write_policy(const std::string& file, std::string_view text) const;
    /// SIGHUP.
    void reload() const { ::kill(process_.pid(), SIGHUP); }
    /// Asks again until `wish` holds for the decision, for a while.
    [[nodiscard]] bool decides(const std::function<bool(const Json&)>& wish) const;
    /// Waits for the text in the log, a few rounds long: each ends with a message to the service manager.
    [[nodiscard]] bool says(const std::string& text) const;
    /// SIGTERM, and how long it lived on.
    [[nodiscard]] Milliseconds terminate();
    [[nodiscard]] std::string log() const { return std::string(as_text(scratch_.read("log"))); }
    /// A file of its runtime folder.
    [[nodiscard]] std::string file(const std::string& name) const { return std::string(as_text(scratch_.read(name))); }
    [[nodiscard]] std::string state_folder() const { return scratch_.path("state"); }
    [[nodiscard]] const std::string& configuration() const noexcept { return configuration_; }

private:
    [[nodiscard]] std::string socket() const { return scratch_.path("anchord.sock"); }

    parts::Scratch scratch_;
    parts::NotifySocket manager_;
    std::string configuration_;
    parts::Process process_;
};

}  // namespace anchor::daemon
