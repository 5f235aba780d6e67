// SPDX-License-Identifier: Apache-2.0
#pragma once

// ServiceNotice: tells the service manager how we are (sd_notify(3)): ready, alive, stopping. The protocol is a datagram of
// text, so it is spoken here in a few lines: linking libsystemd for it costs a daemon about 0.9 MB of memory of its own.

#include <optional>
#include <string>
#include <string_view>

#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>

namespace anchor::daemon {

class ServiceNotice {
public:
    /// From $NOTIFY_SOCKET and $WATCHDOG_USEC, which the service manager sets. Without them nothing is ever sent.
    [[nodiscard]] static ServiceNotice of_surroundings();

    /// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…", one assignment a line. Lost where nobody listens: nothing here is
    /// worth waiting for.
    void send(std::string_view assignments) const;
    /// The longest silence before the manager takes us for dead, where it watches.
    [[nodiscard]] std::optional<Milliseconds> watchdog() const noexcept { return watchdog_; }

private:
    ServiceNotice() = default;

    std::string address_;  // as in sockaddr_un: an abstract one begins with a zero octet
    UniqueFd socket_;
    std::optional<Milliseconds> watchdog_;
};

}  // namespace anchor::daemon
