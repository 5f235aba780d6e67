// SPDX-License-Identifier: Apache-2.0
#pragma once

// Our TLS session over a loopback connection, driven until it gets somewhere: what the caller's loop does in the product.

#include <cstdint>
#include <string>

#include <anchor/base/unique_fd.h>
#include <anchor/crypto/tls_session.h>

namespace anchor::contract {

/// A listening socket on 127.0.0.1 with a port that the system chose.
class Listener {
public:
    Listener();
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// The next connection, non-blocking; invalid where none came within ten seconds.
    [[nodiscard]] UniqueFd accept() const;

private:
    UniqueFd fd_;
    std::uint16_t port_ = 0;
};

/// A non-blocking connection; invalid where nobody listens.
[[nodiscard]] UniqueFd connect_to(std::uint16_t port);

/// The handshake to its end. Unavailable after ten seconds.
[[nodiscard]] Result<void> shake_hands(int fd, crypto::TlsSession& session);
/// Everything until a line feed, or until the peer says goodbye.
[[nodiscard]] Result<std::string> read_line(int fd, crypto::TlsSession& session);
[[nodiscard]] Result<void> write_line(int fd, crypto::TlsSession& session, const std::string& line);

}  // namespace anchor::contract
