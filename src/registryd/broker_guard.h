// SPDX-License-Identifier: Apache-2.0
#pragma once

// BrokerGuard: keeps the broker to what the owner says about devices. It writes the revocation list beside the broker, has the broker read
// it, and ends the connections that devices still have. A broker asks for a certificate when a connection is made and never again, so
// the guard connects in the device's name for a moment: the broker then drops the older connection of that name, and the device, whose
// certificate is on the list, does not come back. One that does tells that the broker has not read its list: it is said, and tried again.

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <map>
#include <optional>
#include <string>

#include <anchor/link/paho_link.h>
#include <anchor/registry/revocations.h>

#include "registry_files.h"

namespace anchor::registryd {

/// Writes the newest list into the broker's folder if its number is above that one; the number that lies there then. The file is
/// replaced in one step, by one process at a time. Errors of the system; Unavailable where another has been at it for seconds.
[[nodiscard]] Result<std::uint64_t> write_broker_list(const Folder& folder, registry::Revocations& revocations, std::uint64_t above);

/// For commands, also where nobody serves: makes the lists that are due, writes the broker's into its folder and has the broker read it;
/// where that fails it is said on standard error. Errors of signing and of the system.
[[nodiscard]] Result<void> renew_broker_list(RegistryFiles& files);

class BrokerGuard {
public:
    /// All must outlive it. `at_fleet` is how the registry itself connects: where the broker is, and by what it is known.
    BrokerGuard(asio::io_context& loop, RegistryFiles& files, registry::Authority& authority, LinkCredentials at_fleet);

    /// About once a second.
    void tick();
    void stop();

private:
    struct Displacement {
        SteadyTime due;
        int tries = 0;
    };

    void write_list();
    void reload();
    void look_for_revoked();
    void displace_next();
    void displaced(const std::string& device, const std::string& failure);
    [[nodiscard]] Result<LinkCredentials> in_the_name_of(const DeviceId& device);

    asio::io_context& loop_;
    RegistryFiles& files_;
    registry::Authority& authority_;
    registry::Revocations revocations_;
    LinkCredentials at_fleet_;
    asio::thread_pool reloader_{1};
    std::uint64_t written_ = 0;
    std::string last_failure_;
    std::map<std::string, Displacement> waiting_;  // by device
    std::map<std::string, WallTime> cut_;          // and when
    std::optional<link::PahoLink> link_;
    std::string displacing_;
    SteadyTime give_up_at_{};
};

}  // namespace anchor::registryd
