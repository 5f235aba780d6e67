// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/service.h>

#include <utility>

#include <spdlog/spdlog.h>

#include <anchor/crypto/hash.h>

namespace anchor::registry {
namespace {

using protocol::DocumentKind;

void log_failure(std::string_view doing, const Error& error) { spdlog::error("{}: {} ({})", doing, error.what, error.native); }

// What one tick publishes: replies that devices wait for have to find room as well.
constexpr std::size_t kStandingsAtOnce = 500;

// Each request goes to one of the processes of this registry.
std::string shared(const std::string& filter) { return "$share/registry/" + filter; }

std::optional<std::string> topic_of(const StoredDocument& document, const protocol::Topics& topics) {
    switch (document.kind) {
        case DocumentKind::Fresh:
        case DocumentKind::Anchors:
        case DocumentKind::Revocations: return topics.fleet(to_string(document.kind));
        case DocumentKind::Policy:
        case DocumentKind::Reference: return topics.fleet(to_string(document.kind), document.name);
        default: return std::nullopt;
    }
}

}  // namespace

void Service::start(LinkCredentials fleet, LinkCredentials enrollment) {
    LinkEvents events;
    events.connected = [this] { on_connected(); };
    events.disconnected = [](const Error& error) { spdlog::warn("not connected to the broker: {}", error.what); };
    events.received = [this](const Message& message) { on_fleet(message); };
    fleet_.start(std::move(fleet), {shared(topics_.all_requests()), topics_.all_presence()}, std::nullopt, std::move(events));
    events = {};
    events.connected = [] { spdlog::info("connected to the broker for enrolment"); };
    events.disconnected = [](const Error& error) { spdlog::warn("not connected to the broker for enrolment: {}", error.what); };
    events.received = [this](const Message& message) { on_enrollment(message); };
    enrollment_.start(std::move(enrollment), {shared(topics_.all_enroll_requests())}, std::nullopt, std::move(events));
}

void Service::stop() {
    enrollment_.stop();
    fleet_.stop();
}

void Service::on_connected() {
    spdlog::info("connected to the broker{}", leading_ ? ": this process publishes" : "");
    published_.clear();  // it may be another broker, or one that has forgotten
    published_standings_ = 0;
    publish_all();
}

void Service::lead(bool leading) {
    if (leading == std::exchange(leading_, leading)) return;
    published_.clear();
    published_standings_ = 0;
    if (!connected()) return;  // without a link the lead comes and goes
    spdlog::info(leading ? "this process publishes" : "another process may publish");
}

void Service::on_fleet(const Message& message) {
    if (message.topic.ends_with("/presence")) return note_presence(message);
    answer(message, fleet_);
}

// Strangers reach this broker: it has no say about devices of the fleet.
void Service::on_enrollment(const Message& message) {
    const auto topic = protocol::parse_request_topic(topics_, message.topic);
    if (!topic || topic->claim.empty()) return;
    answer(message, enrollment_);
}

void Service::answer(const Message& message, MessageLink& link) {
    const auto reply = requests_.answer(message);
    if (!reply) return;
    if (const auto sent = link.publish(*reply); !sent) log_failure("reply", sent.error());
}

void Service::note_presence(const Message& message) {
    const std::string_view topic(message.topic);
    const auto end = topic.rfind('/');
    const auto begin = topic.rfind('/', end - 1);
    const auto device = DeviceId::parse(topic.substr(begin + 1, end - begin - 1));
    const auto json = parse_json(as_text(message.payload), {.octets = 1024});
    if (!device || !json) return;
    const auto online = json_bool(*json, "online");
    if (!online) return;
    const auto noted = store_.atomically([&] { return store_.set_online(*device, *online); });
    if (!noted) log_failure("presence", noted.error());
}

void Service::tick() {
    if (!fleet_.connected()) return;
    const auto changes = store_.foreign_changes();
    if (!changes) return log_failure("store", changes.error());
    if (*changes != std::exchange(seen_changes_, *changes)) {
        if (const auto refreshed = authority_.refresh(); !refreshed) log_failure("trust anchors", refreshed.error());
    }
    publish_all();
}

void Service::publish_all() {
    if (!leading_ || !fleet_.connected()) return;
    const auto fresh = store_.atomically([this] { return authority_.fresh(); });
    if (!fresh) log_failure("freshness", fresh.error());
    if (const auto done = publish_documents(); !done) log_failure("publish documents", done.error());
    if (const auto done = publish_standings(); !done) log_failure("publish standings", done.error());
}

Result<void> Service::publish_documents() {
    ANCHOR_ASSIGN_OR_RETURN(const auto documents, store_.newest_documents());
    for (const StoredDocument& document : documents) {
        if (const auto topic = topic_of(document, topics_)) ANCHOR_RETURN_IF_ERROR(publish_retained(*topic, document.text));
    }
    return {};
}

Result<void> Service::publish_standings() {
    ANCHOR_ASSIGN_OR_RETURN(const auto standings, store_.standings_after(published_standings_, kStandingsAtOnce));
    for (const SignedStanding& standing : standings) {
        Message message;
        message.topic = topics_.standing(standing.device);
        message.payload = to_bytes(standing.document);
        message.retain = true;
        if (!fleet_.publish(std::move(message))) return {};  // not now: the next tick goes on there
        published_standings_ = standing.change;
    }
    return {};
}

Result<void> Service::publish_retained(const std::string& topic, const std::string& text) {
    const std::string digest = crypto::hash(HashAlg::Sha256, as_bytes(text)).text();
    const auto known = published_.find(topic);
    if (known != published_.end() && known->second == digest) return {};
    Message message;
    message.topic = topic;
    message.payload = to_bytes(text);
    message.retain = true;
    ANCHOR_RETURN_IF_ERROR(fleet_.publish(std::move(message)));
    published_.insert_or_assign(topic, digest);
    return {};
}

}  // namespace anchor::registry
