// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tunnel: one attempt at one connection, on a thread of its own: TCP and mutual TLS to the broker, then octets to and fro between
// it and the MQTT client on loopback, until either side ends. Plain MQTT never leaves this process: the port on loopback is new
// for each attempt, opened after the TLS handshake, and takes one connection of this very process.

#include <functional>
#include <string>
#include <thread>

#include <anchor/core/message_link.h>
#include <anchor/crypto/tls_session.h>

#include "socket.h"

namespace anchor::link {

struct TunnelEvents {
    /// The broker is who it should be; the MQTT client may connect to this port. From the tunnel's thread.
    std::function<void(std::uint16_t port)> ready;
    /// It is over. From the tunnel's thread, once, and the last thing it does.
    std::function<void(Error)> ended;
};

class Tunnel {
public:
    Tunnel(LinkCredentials credentials, LinkTime time, std::vector<SharedOctets> crls, Milliseconds deadline, TunnelEvents events);
    Tunnel(const Tunnel&) = delete;
    Tunnel& operator=(const Tunnel&) = delete;
    /// Ends the connection and waits for the thread.
    ~Tunnel();

private:
    [[nodiscard]] Error run();
    [[nodiscard]] Result<crypto::TlsSession> handshake(int fd);
    [[nodiscard]] Result<UniqueFd> wait_for_client() const;

    LinkCredentials credentials_;
    LinkTime time_;
    std::vector<SharedOctets> crls_;
    Milliseconds deadline_;
    TunnelEvents events_;
    StopFlag stop_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace anchor::link
