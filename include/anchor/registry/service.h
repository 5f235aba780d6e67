// SPDX-License-Identifier: Apache-2.0
#pragma once

// Service: the registry on its two links, to the fleet's broker and to the one for enrolment: answers what is asked, keeps the retained
// documents of the fleet published, and takes over what other processes have put into the store. All on the loop thread.
//
// Several processes on one store share the requests (MQTT 5 §4.8.2), and one of them leads: it alone publishes. None has a session at the
// broker that would outlive it: what it had not answered is asked again by the device, and whoever gets it then gives the same answer.

#include <map>
#include <string>

#include <anchor/core/message_link.h>
#include <anchor/registry/requests.h>

namespace anchor::registry {

class Service {
public:
    /// All must outlive it.
    Service(protocol::Topics topics, Store& store, Authority& authority, Requests& requests, MessageLink& fleet, MessageLink& enrollment)
        : topics_(std::move(topics)), store_(store), authority_(authority), requests_(requests), fleet_(fleet), enrollment_(enrollment) {}

    /// Connects to both, and begins to answer.
    void start(LinkCredentials fleet, LinkCredentials enrollment);
    void stop();
    /// Whether this process is the one that publishes. Whoever begins to publishes everything.
    void lead(bool leading);
    [[nodiscard]] bool leads() const noexcept { return leading_; }
    /// To the fleet's broker.
    [[nodiscard]] bool connected() const { return fleet_.connected(); }
    /// About once a second: takes over what is new in the store; who leads publishes it.
    void tick();

private:
    void on_connected();
    void on_fleet(const Message& message);
    void on_enrollment(const Message& message);
    void answer(const Message& message, MessageLink& link);
    void note_presence(const Message& message);
    void publish_all();
    [[nodiscard]] Result<void> publish_retained(const std::string& topic, const std::string& text);
    [[nodiscard]] Result<void> publish_documents();
    [[nodiscard]] Result<void> publish_standings();

    protocol::Topics topics_;
    Store& store_;
    Authority& authority_;
    Requests& requests_;
    MessageLink& fleet_;
    MessageLink& enrollment_;
    std::map<std::string, std::string> published_;  // topic → digest of what the broker has from us
    std::uint64_t published_standings_ = 0;         // up to which change of standings the broker has them from us
    std::int64_t seen_changes_ = -1;
    bool leading_ = false;
};

}  // namespace anchor::registry
