// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/server.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <map>

#include "connection.h"
#include "dispatch.h"
#include "listening_socket.h"
#include "peer.h"

namespace anchor::control {
namespace {

using Protocol = asio::local::stream_protocol;

// After a failed accept (no descriptors left, as a rule): time for others to give some back.
constexpr Milliseconds kAcceptPause{500};

// Best effort: the caller has asked nothing yet, and reads this as the answer to its first call.
void turn_away(Protocol::socket& socket, const std::string& reason) {
    const std::string text = error_text(kUnavailableError, {{"reason", reason}});
    (void)::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

class Server::State : public std::enable_shared_from_this<Server::State> {
public:
    State(asio::io_context& loop, ListeningSocket listening, ServerLimits limits, Dispatch dispatch)
        : listening_(std::move(listening)), limits_(limits), dispatch_(std::move(dispatch)), acceptor_(loop), pause_(loop) {}

    [[nodiscard]] Result<void> open() {
        std::error_code error;
        const int fd = listening_.release();
        acceptor_.assign(Protocol(), fd, error);
        if (error) {
            ::close(fd);
            return unavailable("listening socket: " + error.message(), error.value());
        }
        accept();
        return {};
    }

    void close() {
        closed_ = true;
        std::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        const auto connections = std::exchange(connections_, {});
        for (const auto& [key, connection] : connections) connection->close();
    }

    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

private:
    void accept() {
        acceptor_.async_accept([self = shared_from_this()](const std::error_code& error, Protocol::socket socket) {
            if (self->closed_) return;
            if (error) {
                self->accept_later();
                return;
            }
            self->admit(std::move(socket));
            self->accept();
        });
    }

    void accept_later() {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([self = shared_from_this()](const std::error_code& error) {
            if (!error && !self->closed_) self->accept();
        });
    }

    void admit(Protocol::socket socket) {
        auto peer = peer_of(socket.native_handle());
        if (!peer) {
            turn_away(socket, peer.error().what);
            return;
        }
        const bool is_operator = dispatch_.role_of(*peer) == Role::Operator;
        const std::size_t most = limits_.connections - (is_operator ? 0 : std::min(limits_.for_operators, limits_.connections));
        if (connections_.size() >= most) {
            turn_away(socket, "the agent serves " + std::to_string(most) + " connections already");
        } else if (peer->uid != 0 && connections_of(peer->uid) >= limits_.connections_per_user) {
            turn_away(socket, "the agent serves " + std::to_string(limits_.connections_per_user) + " connections of this user already");
        } else {
            serve(std::move(socket), std::move(*peer), is_operator);
        }
    }

    void serve(Protocol::socket socket, Peer peer, bool is_operator) {
        const auto weak = weak_from_this();
        auto on_request = [weak](Request request, const Peer& caller, const std::shared_ptr<Exchange>& exchange) {
            if (const auto self = weak.lock()) self->dispatch_(std::move(request), caller, exchange);
        };
        auto on_closed = [weak](const Connection* connection) {
            if (const auto self = weak.lock()) self->connections_.erase(connection);
        };
        ServerLimits limits = limits_;
        if (!is_operator) limits.message = std::min(limits.message, limits.message_below_operator);
        auto connection =
            std::make_shared<Connection>(std::move(socket), std::move(peer), limits, std::move(on_request), std::move(on_closed));
        connections_.emplace(connection.get(), connection);
        connection->start();
    }

    [[nodiscard]] std::size_t connections_of(uid_t user) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(connections_, [user](const auto& entry) { return entry.second->peer().uid == user; }));
    }

    ListeningSocket listening_;
    ServerLimits limits_;
    Dispatch dispatch_;
    Protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    std::map<const Connection*, std::shared_ptr<Connection>> connections_;
    bool closed_ = false;
};

Result<std::unique_ptr<Server>> Server::listen(asio::io_context& loop, ServerSettings settings, Handler handler) {
    Authority authority{.owner = ::geteuid()};
    auto members = group_named(settings.group);
    if (!members) return std::move(members).error().within("group of the local socket");
    auto operators = group_named(settings.operators);
    if (!operators) return std::move(operators).error().within("operators of the local socket");
    authority.members = *members;
    authority.operators = *operators;
    auto listening = settings.listening.valid() ? ListeningSocket::given(std::move(settings.listening))
                                                : ListeningSocket::at(settings.path, settings.mode, authority.members);
    if (!listening) return std::move(listening).error().within("local socket");
    if (!authority.members) authority.members = ::getegid();
    Dispatch dispatch(authority, std::move(settings.version), std::move(handler));
    auto state = std::make_shared<State>(loop, std::move(*listening), settings.limits, std::move(dispatch));
    ANCHOR_RETURN_IF_ERROR(state->open());
    return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() { state_->close(); }

std::size_t Server::connections() const noexcept { return state_->connections(); }

}  // namespace anchor::control
