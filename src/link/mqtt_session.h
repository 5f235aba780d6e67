// SPDX-License-Identifier: Apache-2.0
#pragma once

// MqttSession: one MQTT 5 connection by Paho over an open tunnel. The only file pair that includes Paho. Its callbacks come from
// Paho's threads; they copy what they got and hand it on, nothing else.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/core/message_link.h>

namespace anchor::link {

struct MqttSettings {
    std::uint16_t port = 0;  ///< of the tunnel, on loopback
    std::string client_id;
    std::vector<std::string> subscriptions;
    std::optional<Message> last_will;
    Milliseconds deadline{30'000};
    Seconds keep_alive{60};
};

/// All from Paho's threads.
struct MqttEvents {
    std::function<void()> subscribed;
    std::function<void(Error)> failed;  ///< once; the connection is of no more use
    /// With Paho's lock held: must not wait for anything.
    std::function<void(Message)> received;
};

class MqttSession {
public:
    /// Begins to connect and to subscribe.
    [[nodiscard]] static Result<std::unique_ptr<MqttSession>> open(MqttSettings settings, MqttEvents events);
    virtual ~MqttSession() = default;

    /// QoS 1. Rejected: larger than what the broker said it takes.
    [[nodiscard]] virtual Result<void> publish(const Message& message) = 0;
    /// Says goodbye and waits for it, a quarter of a second at most.
    virtual void goodbye() = 0;
};

}  // namespace anchor::link
