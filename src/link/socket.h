// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sockets of the tunnel: all non-blocking, every wait with a deadline and an end.

#include <netdb.h>
#include <chrono>
#include <string>

#include <anchor/base/result.h>
#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>

namespace anchor::link {

using Deadline = std::chrono::steady_clock::time_point;

/// A flag that a poll() can wait for: set once, from any thread.
class StopFlag {
public:
    StopFlag();
    void set() noexcept;
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

private:
    UniqueFd fd_;
};

/// Waits for the events (as poll(2) names them) on one descriptor. Unavailable: the deadline passed, or the flag was set.
[[nodiscard]] Result<void> wait_for(int fd, short events, const StopFlag& stop, Deadline deadline, std::string_view what);

/// Connects to the first of these that answers, each within its share of the time. Unavailable: none did.
[[nodiscard]] Result<UniqueFd> connect_to_any(const addrinfo* addresses, const StopFlag& stop, Deadline deadline);

/// Connects to a name or address, all of its addresses in turn. Unavailable: no such name, no answer, refused.
[[nodiscard]] Result<UniqueFd> connect_to(const std::string& host, std::uint16_t port, const StopFlag& stop, Deadline deadline);

/// Accepts exactly one connection on 127.0.0.1, and only from a socket of this very process.
class LoopbackListener {
public:
    /// A fresh port, chosen by the kernel.
    [[nodiscard]] static Result<LoopbackListener> open();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Foreign peers are closed and waiting goes on. Unavailable: nobody came before the deadline.
    [[nodiscard]] Result<UniqueFd> accept_own(const StopFlag& stop, Deadline deadline);

private:
    LoopbackListener(UniqueFd fd, std::uint16_t port) : fd_(std::move(fd)), port_(port) {}
    UniqueFd fd_;
    std::uint16_t port_;
};

}  // namespace anchor::link
