// SPDX-License-Identifier: Apache-2.0
#pragma once

// Service: the registry on its link: answers what is asked, keeps the retained documents of the fleet published, and takes over
// what other processes have put into the store. All on the loop thread.

#include <map>
#include <string>

#include <anchor/core/message_link.h>
#include <anchor/registry/requests.h>

namespace anchor::registry {

class Service {
public:
    /// All must outlive it.
    Service(protocol::Topics topics, Store& store, Authority& authority, Requests& requests, MessageLink& link)
        : topics_(std::move(topics)), store_(store), authority_(authority), requests_(requests), link_(link) {}

    /// Connects, and begins to answer.
    void start(LinkCredentials credentials);
    void stop() { link_.stop(); }
    /// About once a second: publishes what is new and was not yet published.
    void tick();

private:
    void on_connected();
    void on_message(const Message& message);
    void note_presence(const Message& message);
    void publish_all();
    void publish_retained(const std::string& topic, const std::string& text);
    [[nodiscard]] Result<void> publish_documents();
    [[nodiscard]] Result<void> publish_standings();

    protocol::Topics topics_;
    Store& store_;
    Authority& authority_;
    Requests& requests_;
    MessageLink& link_;
    std::map<std::string, std::string> published_;  // topic → digest of what the broker has from us
    std::int64_t seen_changes_ = -1;
    bool standings_due_ = true;
};

}  // namespace anchor::registry
