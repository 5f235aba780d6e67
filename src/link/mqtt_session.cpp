// SPDX-License-Identifier: Apache-2.0
#include "mqtt_session.h"

#include <atomic>
#include <mutex>
#include <shared_mutex>

#include <mqtt/async_client.h>

#include <anchor/protocol/document.h>

namespace anchor::link {
namespace {

constexpr int kMqtt5 = MQTTVERSION_5;
constexpr int kQos = 1;
constexpr int kReceiveMaximum = 16;
constexpr int kMaxUnacknowledged = 1024;  // of ours, in memory; more are refused
constexpr Milliseconds kGoodbye{250};
// A message and what MQTT puts around it: topic, properties, headers.
constexpr std::size_t kMaxPacket = protocol::kMaxMessage + 4096;

Error refused(std::string_view what, mqtt::ReasonCode code) {
    const auto number = static_cast<int>(code);
    const std::string text = std::string(what) + ": the broker answers " + std::to_string(number) + " (" +
                             MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code)) + ")";
    switch (code) {
        case mqtt::ReasonCode::SERVER_UNAVAILABLE:
        case mqtt::ReasonCode::SERVER_BUSY:
        case mqtt::ReasonCode::SERVER_SHUTTING_DOWN:
        case mqtt::ReasonCode::KEEP_ALIVE_TIMEOUT: return unavailable(text, number);
        default: return denied(text, number);
    }
}

mqtt::message to_paho(const Message& message) {
    mqtt::properties properties;
    if (!message.correlation.empty()) {
        properties.add(mqtt::property(mqtt::property::CORRELATION_DATA, std::string(as_text(message.correlation))));
    }
    if (message.expiry) {
        properties.add(mqtt::property(mqtt::property::MESSAGE_EXPIRY_INTERVAL, static_cast<std::int32_t>(message.expiry->count())));
    }
    return {message.topic, message.payload.data(), message.payload.size(), kQos, message.retain, properties};
}

Message from_paho(const mqtt::message& message) {
    const auto& payload = message.get_payload();
    Message out{message.get_topic(), to_bytes(payload), {}, message.is_retained(), std::nullopt};
    const auto& properties = message.get_properties();
    if (properties.contains(mqtt::property::CORRELATION_DATA)) {
        out.correlation = to_bytes(mqtt::get<std::string>(properties, mqtt::property::CORRELATION_DATA));
    }
    return out;
}

class PahoSession final : public MqttSession, public mqtt::callback {
public:
    PahoSession(MqttSettings settings, MqttEvents events)
        : settings_(std::move(settings)),
          events_(std::move(events)),
          client_("tcp://127.0.0.1:" + std::to_string(settings_.port), settings_.client_id,
                  mqtt::create_options(kMqtt5, kMaxUnacknowledged), nullptr) {}

    ~PahoSession() override {
        // No callback may come once members begin to go.
        done_ = true;
        try {
            client_.disable_callbacks();
        } catch (const mqtt::exception&) {  // the client is of no more use anyway
        }
        const std::unique_lock nobody_inside(inside_);
    }

    void connect() {
        client_.set_callback(*this);
        client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
            const std::shared_lock inside(inside_);
            fail(refused("disconnected", code));
        });
        mqtt::connect_options options;
        options.set_mqtt_version(kMqtt5);
        options.set_clean_start(true);
        options.set_keep_alive_interval(settings_.keep_alive);
        options.set_connect_timeout(std::chrono::ceil<Seconds>(settings_.deadline));
        options.set_automatic_reconnect(false);
        mqtt::properties properties;
        properties.add(mqtt::property(mqtt::property::RECEIVE_MAXIMUM, kReceiveMaximum));
        properties.add(mqtt::property(mqtt::property::MAXIMUM_PACKET_SIZE, static_cast<std::int32_t>(kMaxPacket)));
        options.set_properties(std::move(properties));
        if (settings_.last_will) options.set_will_message(to_paho(*settings_.last_will));
        client_.connect(std::move(options), nullptr, on_connect_);
    }

    Result<void> publish(const Message& message) override {
        if (message.payload.size() > protocol::kMaxMessage) {
            return rejected("message of " + std::to_string(message.payload.size()) + " octets, at most " +
                            std::to_string(protocol::kMaxMessage) + " are allowed");
        }
        try {
            client_.publish(std::make_shared<mqtt::message>(to_paho(message)));
            return {};
        } catch (const mqtt::exception& problem) {
            return unavailable(std::string("publish: ") + problem.what(), problem.get_return_code());
        }
    }

    void goodbye() override {
        done_ = true;
        try {
            client_.disconnect(static_cast<int>(kGoodbye.count()))->wait_for(kGoodbye);
        } catch (const mqtt::exception&) {  // not connected: there is nobody to say goodbye to
        }
    }

private:
    // Calls a function of the session when Paho has finished an action.
    class Listener final : public mqtt::iaction_listener {
    public:
        Listener(PahoSession& session, std::string_view what, void (PahoSession::*success)(const mqtt::token&))
            : session_(session), what_(what), success_(success) {}
        void on_success(const mqtt::token& token) override {
            const std::shared_lock inside(session_.inside_);
            (session_.*success_)(token);
        }
        void on_failure(const mqtt::token& token) override {
            const std::shared_lock inside(session_.inside_);
            if (const auto code = token.get_reason_code();
                code >= mqtt::ReasonCode::UNSPECIFIED_ERROR && code < mqtt::ReasonCode::MQTTPP_V3_CODE) {
                session_.fail(refused(what_, code));
            } else {
                session_.fail(unavailable(what_ + ": " + mqtt::exception::error_str(token.get_return_code()), token.get_return_code()));
            }
        }

    private:
        PahoSession& session_;
        std::string what_;
        void (PahoSession::*success_)(const mqtt::token&);
    };

    void connected_now(const mqtt::token&) {
        if (subscribing_.exchange(true)) return;  // Paho reports a connection of MQTT 5 twice
        try {
            if (settings_.subscriptions.empty()) return finish_subscribing();
            const auto topics = mqtt::string_collection::create(settings_.subscriptions);
            client_.subscribe(topics, mqtt::iasync_client::qos_collection(settings_.subscriptions.size(), kQos), nullptr, on_subscribe_);
        } catch (const mqtt::exception& problem) {
            fail(unavailable(std::string("subscribe: ") + problem.what(), problem.get_return_code()));
        }
    }

    void subscribed_now(const mqtt::token& token) {
        const auto response = token.get_subscribe_response();
        for (const auto code : response.get_reason_codes()) {
            if (code >= mqtt::ReasonCode::UNSPECIFIED_ERROR) return fail(refused("subscribe", code));
        }
        finish_subscribing();
    }

    void finish_subscribing() {
        if (!done_) events_.subscribed();
    }

    void connection_lost(const std::string& cause) override {
        const std::shared_lock inside(inside_);
        fail(unavailable("MQTT connection lost" + (cause.empty() ? "" : ": " + cause)));
    }

    void message_arrived(mqtt::const_message_ptr message) override {
        const std::shared_lock inside(inside_);
        if (!done_ && message) events_.received(from_paho(*message));
    }

    void fail(Error error) {
        if (!done_.exchange(true)) events_.failed(std::move(error));
    }

    MqttSettings settings_;
    MqttEvents events_;
    std::atomic<bool> done_{false};
    std::atomic<bool> subscribing_{false};
    std::shared_mutex inside_;  // shared by callbacks that are running; whole for the destructor
    Listener on_connect_{*this, "connect", &PahoSession::connected_now};
    Listener on_subscribe_{*this, "subscribe", &PahoSession::subscribed_now};
    mqtt::async_client client_;  // last: its threads call the rest
};

}  // namespace

Result<std::unique_ptr<MqttSession>> MqttSession::open(MqttSettings settings, MqttEvents events) {
    try {
        auto session = std::make_unique<PahoSession>(std::move(settings), std::move(events));
        session->connect();
        return std::unique_ptr<MqttSession>(std::move(session));
    } catch (const mqtt::exception& problem) {
        return unavailable(std::string("MQTT client: ") + problem.what(), problem.get_return_code());
    }
}

}  // namespace anchor::link
