// SPDX-License-Identifier: Apache-2.0
#pragma once

// Connection: one caller of the local socket. It takes one call at a time, in the order in which they came (Varlink answers
// in that order), reads ahead no further than one message, and holds no more output than the limit.

#include <array>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include <anchor/control/server.h>

#include "exchange.h"
#include "message.h"
#include "message_framing.h"

namespace anchor::control {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = asio::local::stream_protocol::socket;
    using OnRequest = std::function<void(Request, const Peer&, std::shared_ptr<Exchange>)>;
    using OnClosed = std::function<void(const Connection*)>;

    Connection(Socket socket, Peer peer, const ServerLimits& limits, OnRequest on_request, OnClosed on_closed);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    /// Closes at once; says so through on_closed, once.
    void close();

    /// Queues octets for the caller; closes where too many wait.
    void send(std::string text);
    /// The present call has its last answer: on to the next one.
    void call_is_over();

    [[nodiscard]] bool open() const noexcept { return open_; }
    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }

private:
    void read();
    void on_read(const std::error_code& error, std::size_t size);
    void on_end_of_input();
    void continue_later();
    void take_next_message();
    void dispatch(std::string_view message);
    void refuse(const Error& error);
    void write();
    void on_written(const std::error_code& error, std::size_t size);
    void watch_input();
    void close_when_drained();
    [[nodiscard]] bool unwanted() const noexcept { return !open_ || draining_; }

    Socket socket_;
    Peer peer_;
    ServerLimits limits_;
    OnRequest on_request_;
    OnClosed on_closed_;
    MessageFraming framing_;
    asio::steady_timer input_deadline_;
    asio::steady_timer output_deadline_;
    std::array<char, 8192> chunk_{};
    std::string sending_;      // stays where it is while the system reads it
    std::size_t written_ = 0;  // of sending_
    std::string queued_;
    bool open_ = true;
    bool draining_ = false;     // nothing more is read; closes when the output is gone
    bool input_ended_ = false;  // the caller sends no more but still reads
    bool reading_ = false;
    bool writing_ = false;
    bool busy_ = false;          // a call is in progress
    bool continuing_ = false;    // take_next_message() is queued in the loop
    bool half_message_ = false;  // what the input deadline is running for
};

}  // namespace anchor::control
