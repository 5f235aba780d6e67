// SPDX-License-Identifier: Apache-2.0
#include <anchor/link/paho_link.h>

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <anchor/crypto/random.h>

#include "backoff.h"
#include "mailbox.h"
#include "mqtt_session.h"
#include "tunnel.h"

namespace anchor::link {
namespace {

std::uint32_t random_number() {
    std::array<std::uint8_t, 4> octets{};
    crypto::fill_random(octets);
    return static_cast<std::uint32_t>(octets[0]) << 24U | static_cast<std::uint32_t>(octets[1]) << 16U |
           static_cast<std::uint32_t>(octets[2]) << 8U | octets[3];
}

}  // namespace

// Lives on the loop thread. What comes from other threads is posted to the loop and names the attempt that it belongs to, so
// that the echo of an attempt that is over is not heard.
class PahoLink::Keeper : public std::enable_shared_from_this<Keeper> {
public:
    Keeper(asio::io_context& loop, LinkSettings settings)
        : loop_(loop), settings_(settings), retry_(loop), backoff_(settings.backoff_first, settings.backoff_longest) {}

    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper() { drop(); }

    void start(LinkCredentials credentials, std::vector<std::string> subscriptions, std::optional<Message> last_will, LinkEvents events) {
        drop();
        credentials_ = std::move(credentials);
        subscriptions_ = std::move(subscriptions);
        last_will_ = std::move(last_will);
        events_ = std::move(events);
        backoff_.reset();
        attempt();
    }

    void stop() {
        if (session_ && connected_) session_->goodbye();
        drop();
        events_ = {};
    }

    [[nodiscard]] bool connected() const noexcept { return connected_; }

    Result<void> publish(const Message& message) {
        if (!connected_) return unavailable("not connected to the broker");
        return session_->publish(message);
    }

private:
    // Runs a member function on the loop, if the attempt is still the one it came from.
    template <class Function>
    auto on_loop(Function function) {
        return [weak = weak_from_this(), attempt = attempt_, &loop = loop_, function](auto... arguments) {
            asio::post(loop, [=]() mutable {
                const auto self = weak.lock();
                if (self && self->attempt_ == attempt) function(*self, std::move(arguments)...);
            });
        };
    }

    void attempt() {
        ++attempt_;
        mailbox_ = std::make_shared<Mailbox>(settings_.mailbox);
        auto crls = credentials_.crls ? credentials_.crls() : std::vector<SharedOctets>();
        tunnel_ = std::make_unique<Tunnel>(credentials_, credentials_.time(), std::move(crls), settings_.connect_deadline,
                                           TunnelEvents{on_loop([](Keeper& self, std::uint16_t port) { self.tunnel_ready(port); }),
                                                        on_loop([](Keeper& self, Error error) { self.over(std::move(error)); })});
    }

    void tunnel_ready(std::uint16_t port) {
        MqttSettings settings{port, credentials_.client_id, subscriptions_, last_will_, settings_.connect_deadline, settings_.keep_alive};
        const auto deliver = on_loop([](Keeper& self, Message message) { self.received(std::move(message)); });
        auto session = MqttSession::open(std::move(settings), {on_loop([](Keeper& self) { self.subscribed(); }),
                                                               on_loop([](Keeper& self, Error error) { self.over(std::move(error)); }),
                                                               [deliver, mailbox = mailbox_](Message message) {
                                                                   if (mailbox->enter()) deliver(std::move(message));
                                                               }});
        if (!session) return over(std::move(session).error());
        session_ = std::move(session).value();
    }

    void subscribed() {
        connected_ = true;
        backoff_.reset();
        if (events_.connected) events_.connected();
    }

    void received(Message message) {
        mailbox_->leave();
        if (events_.received) events_.received(std::move(message));
    }

    void over(Error error) {
        drop();
        const Milliseconds wait = backoff_.next(random_number());
        retry_.expires_after(wait);
        retry_.async_wait([weak = weak_from_this(), attempt = attempt_](const std::error_code& aborted) {
            const auto self = weak.lock();
            if (!aborted && self && self->attempt_ == attempt) self->attempt();
        });
        // Last: the listener may call start() or stop().
        if (events_.disconnected) events_.disconnected(error);
    }

    void drop() {
        ++attempt_;
        connected_ = false;
        retry_.cancel();
        // The tunnel first: Paho says goodbye when its client goes while it is connected, and the last will would not be sent.
        tunnel_.reset();
        session_.reset();
    }

    asio::io_context& loop_;
    LinkSettings settings_;
    asio::steady_timer retry_;
    Backoff backoff_;
    LinkCredentials credentials_;
    std::vector<std::string> subscriptions_;
    std::optional<Message> last_will_;
    LinkEvents events_;
    std::uint64_t attempt_ = 0;
    bool connected_ = false;
    std::shared_ptr<Mailbox> mailbox_;
    std::unique_ptr<Tunnel> tunnel_;
    std::unique_ptr<MqttSession> session_;
};

PahoLink::PahoLink(asio::io_context& loop, LinkSettings settings) : keeper_(std::make_shared<Keeper>(loop, settings)) {}

PahoLink::~PahoLink() = default;

void PahoLink::start(LinkCredentials credentials, std::vector<std::string> subscriptions, std::optional<Message> last_will,
                     LinkEvents events) {
    keeper_->start(std::move(credentials), std::move(subscriptions), std::move(last_will), std::move(events));
}

void PahoLink::stop() { keeper_->stop(); }
bool PahoLink::connected() const noexcept { return keeper_->connected(); }
Result<void> PahoLink::publish(Message message) { return keeper_->publish(message); }

}  // namespace anchor::link
