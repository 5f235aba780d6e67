// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mosquitto: a real MQTT broker of one test's own, on loopback, with its data in a folder that goes with it.

#include <memory>
#include <string>

#include <anchor/base/result.h>
#include <parts/command.h>
#include <parts/scratch.h>

namespace anchor::parts {

class Mosquitto {
public:
    [[nodiscard]] static bool available();
    /// A TCP port on loopback that nobody listens on at the moment.
    [[nodiscard]] static std::uint16_t free_port();

    /// Starts a broker with this configuration and waits until it takes connections at the port. Unavailable, with its log.
    [[nodiscard]] static Result<std::unique_ptr<Mosquitto>> start(const std::string& configuration, std::uint16_t port);

    [[nodiscard]] const Scratch& scratch() const noexcept { return scratch_; }
    [[nodiscard]] std::string log() const;

    /// Ends it with SIGTERM, so that it saves what it keeps.
    void stop() { process_.terminate(); }
    /// Kills it: what it has not saved is lost.
    void kill() noexcept { process_.kill(); }
    /// Starts it again with the same configuration.
    [[nodiscard]] Result<void> restart();
    /// SIGHUP: read certificates and access lists anew.
    void reload();
    [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }

private:
    explicit Mosquitto(std::uint16_t port) : scratch_("mosquitto"), port_(port) {}

    Scratch scratch_;  // outlives the process that writes into it
    std::uint16_t port_;
    Process process_;
};

}  // namespace anchor::parts
