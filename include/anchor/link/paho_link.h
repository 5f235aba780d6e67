// SPDX-License-Identifier: Apache-2.0
#pragma once

// PahoLink: MQTT 5 by Eclipse Paho, through a TLS tunnel of our own (docs/adr/0002). It keeps one connection alive and brings
// what arrives to the loop thread, unread and unbelieved.

#include <memory>

#include <asio/io_context.hpp>

#include <anchor/core/message_link.h>

namespace anchor::link {

struct LinkSettings {
    Milliseconds connect_deadline{30'000};  ///< for each of: TCP, TLS with a slow TPM, MQTT
    Milliseconds backoff_first{1'000};      ///< a wait is a random part of a bound that doubles from here
    Milliseconds backoff_longest{300'000};
    Seconds keep_alive{60};
    std::size_t mailbox = 128;  ///< messages that may wait for the loop; more are dropped
};

class PahoLink final : public MessageLink {
public:
    /// The loop must outlive the link; all calls and events happen on its thread.
    PahoLink(asio::io_context& loop, LinkSettings settings);
    /// Ends the connection without a goodbye to the broker, so that the last will is sent. See stop().
    ~PahoLink() override;

    void start(LinkCredentials credentials, std::vector<std::string> subscriptions, std::optional<Message> last_will,
               LinkEvents events) override;
    /// Says goodbye (MQTT 5 §3.14) within a quarter of a second: the broker does not send the last will.
    void stop() override;
    [[nodiscard]] bool connected() const noexcept override;
    Result<void> publish(Message message) override;

private:
    class Keeper;
    std::shared_ptr<Keeper> keeper_;
};

}  // namespace anchor::link
