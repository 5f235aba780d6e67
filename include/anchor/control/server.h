// SPDX-License-Identifier: Apache-2.0
#pragma once

// Server: the daemon's end of the local socket, Varlink over a Unix stream (varlink.org). Every octet that comes in is
// foreign. Connections, messages and unread answers are bounded, and no caller can make the loop wait.

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>
#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>
#include <anchor/control/interface.h>

namespace anchor::control {

/// One call of a method of io.anchord.Agent, by somebody who may make it.
struct Call {
    std::string method;  ///< without the interface: "GetStatus"
    Json parameters;     ///< an object; its members are not checked
    Peer peer;
    Role role = Role::Anyone;
};

class Exchange;

/// The way back to one caller. Copies are the same way. When the last one goes without a final answer the caller is told
/// Unavailable, so no call stays unanswered. On the loop thread only; what is sent to a caller who left is dropped.
class Responder {
public:
    explicit Responder(std::shared_ptr<Exchange> exchange) noexcept : exchange_(std::move(exchange)) {}

    /// One of many answers of a stream; of a method that is none, the answer. Dropped after a final answer.
    void next(const Json& parameters) const;
    /// The answer, or the last one of a stream. Later ones are dropped.
    void done(const Json& parameters) const;
    /// Denied, Rejected and Unavailable by the error's kind; Stale and Corrupt are Unavailable to a caller.
    void fail(const Error& error) const;
    /// The caller is still there and waits for an answer. Streams to those who left are to be forgotten.
    [[nodiscard]] bool waiting() const noexcept;

private:
    std::shared_ptr<Exchange> exchange_;
};

/// Answers at once or keeps the responder for later. Must not block.
using Handler = std::function<void(const Call&, Responder)>;

struct ServerLimits {
    std::size_t connections = 64;
    std::size_t for_operators = 8;          ///< of them, kept for callers of the role Operator
    std::size_t connections_per_user = 16;  ///< root is not counted
    std::size_t message = 1U << 20U;
    std::size_t message_below_operator = 64U << 10U;  ///< parsed, a message takes some thirty times its size
    std::size_t unread_output = 1U << 19U;            ///< a caller who lets more pile up is disconnected
    Milliseconds idle = std::chrono::minutes(5);      ///< without a call in progress
    Milliseconds half_message = Seconds(10);          ///< from its first octet to its last
    Milliseconds stalled_output = Seconds(30);        ///< not one octet taken by the caller
};

struct ServerSettings {
    std::string path;       ///< the socket; its folder must be there
    UniqueFd listening;     ///< given by socket activation: path, mode and group are then the giver's business
    mode_t mode = 0660;     ///< of the socket
    std::string group;      ///< of the socket, by name; its members have the role Member. Empty: the daemon's own
    std::string operators;  ///< group whose members have the role Operator, by name. Empty: none
    std::string version;    ///< for GetInfo
    ServerLimits limits;
};

class Server {
public:
    /// Listens. A socket that a dead daemon left is removed, one that answers is not. Denied: no right to the path or group,
    /// no such group, something else than a socket stands at the path, a living daemon has it. Unavailable: out of resources.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen(asio::io_context& loop, ServerSettings settings, Handler handler);
    /// Closes all connections and removes the socket that listen() made.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::size_t connections() const noexcept;

private:
    class State;
    explicit Server(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

}  // namespace anchor::control
