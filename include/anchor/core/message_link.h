// SPDX-License-Identifier: Apache-2.0
#pragma once

// MessageLink: an authenticated connection to a broker of MQTT 5, as device and registry see it. The broker is not
// trusted: whatever comes through here is octets until the trust gate has verified them.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/base/shared_octets.h>
#include <anchor/base/time.h>
#include <anchor/core/device_key.h>

namespace anchor {

struct Message {
    std::string topic;
    Bytes payload;
    Bytes correlation;  ///< MQTT 5 §3.3.2.3.6; empty where there is none
    bool retain = false;
    std::optional<Seconds> expiry;  ///< MQTT 5 §3.3.2.3.3
};

/// By which time the broker's certificates are judged.
struct LinkTime {
    WallTime at{};
    bool tolerate_not_yet_valid = false;  ///< while the clock is not synchronised
};

/// What a connection is made with. Anchors and revocation lists are for the broker's chain.
struct LinkCredentials {
    std::string host;
    std::uint16_t port = 8883;
    std::string client_id;
    std::vector<Bytes> certificate_chain;  ///< own, leaf first, X.509 DER
    std::shared_ptr<DeviceKey> key;
    std::vector<Bytes> anchors;  ///< X.509 DER
    // Asked on the loop thread before each attempt.
    std::function<LinkTime()> time;
    std::function<std::vector<SharedOctets>()> crls;  ///< DER; none where it is empty
};

struct LinkEvents {
    /// Connected and subscribed.
    std::function<void()> connected;
    /// The connection is gone, or an attempt failed; the reason is for people and its kind for the caller.
    std::function<void(const Error&)> disconnected;
    std::function<void(Message)> received;
};

/// All calls and all events on the loop thread; nothing here blocks.
class MessageLink {
public:
    virtual ~MessageLink() = default;

    /// Keeps a connection with these credentials, reconnecting with full-jitter back-off, until stop() or the next
    /// start(), which replaces it. `subscriptions` are made anew after every connect; `last_will` is left with the broker.
    virtual void start(LinkCredentials credentials, std::vector<std::string> subscriptions, std::optional<Message> last_will,
                       LinkEvents events) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual bool connected() const noexcept = 0;
    /// Hands a message over for QoS 1. Lost when the connection is lost before the broker's acknowledgement;
    /// what must survive goes through the outbox. Rejected: larger than the broker or the protocol allows.
    /// Unavailable: not connected.
    [[nodiscard]] virtual Result<void> publish(Message message) = 0;
};

}  // namespace anchor
