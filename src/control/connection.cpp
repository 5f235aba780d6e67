// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include <poll.h>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <utility>

namespace anchor::control {
namespace {

// Whether the other end is closed altogether, not only its sending half.
bool hung_up(int socket) {
    pollfd state{socket, 0, 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

Connection::Connection(Socket socket, Peer peer, const ServerLimits& limits, OnRequest on_request, OnClosed on_closed)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      limits_(limits),
      on_request_(std::move(on_request)),
      on_closed_(std::move(on_closed)),
      framing_(limits.message),
      input_deadline_(socket_.get_executor()),
      output_deadline_(socket_.get_executor()) {}

void Connection::start() {
    watch_input();
    read();
}

void Connection::close() {
    if (!open_) return;
    open_ = false;
    std::error_code ignored;
    socket_.close(ignored);
    input_deadline_.cancel();
    output_deadline_.cancel();
    on_closed_(this);
}

void Connection::read() {
    if (unwanted() || reading_ || input_ended_ || framing_.full()) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](const std::error_code& error, std::size_t size) {
        self->reading_ = false;
        self->on_read(error, size);
    });
}

void Connection::on_read(const std::error_code& error, std::size_t size) {
    if (unwanted()) return;
    if (error) {
        on_end_of_input();
        return;
    }
    framing_.feed({chunk_.data(), size});
    continue_later();
    read();
}

void Connection::on_end_of_input() {
    input_ended_ = true;
    if (hung_up(socket_.native_handle()))
        close();
    else
        continue_later();
}

// One message a turn of the loop: a caller with thousands of them must not keep the others waiting.
void Connection::continue_later() {
    if (continuing_ || busy_) return;
    continuing_ = true;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->continuing_ = false;
        self->take_next_message();
    });
}

void Connection::take_next_message() {
    if (unwanted() || busy_) return;
    auto message = framing_.next();
    if (!message) {
        refuse(message.error());
        return;
    }
    if (message->has_value()) {
        dispatch(**message);
        return;
    }
    if (input_ended_) {
        close_when_drained();
        return;
    }
    watch_input();
    read();
}

void Connection::dispatch(std::string_view message) {
    auto request = request_from(message);
    if (!request) {
        refuse(request.error());
        return;
    }
    busy_ = true;
    half_message_ = false;
    input_deadline_.cancel();
    const auto form = request->oneway ? Exchange::Form::Oneway : request->more ? Exchange::Form::Stream : Exchange::Form::Single;
    on_request_(std::move(*request), peer_, std::make_shared<Exchange>(weak_from_this(), form));
}

void Connection::call_is_over() {
    busy_ = false;
    if (open_) continue_later();
}

// After a message that can't be read nothing behind it can be believed to be one.
void Connection::refuse(const Error& error) {
    send(error_text(kRejectedError, Json{{"reason", error.what}}));
    close_when_drained();
}

void Connection::send(std::string text) {
    if (unwanted()) return;
    if (sending_.size() - written_ + queued_.size() + text.size() > limits_.unread_output) {
        close();
        return;
    }
    queued_ += text;
    if (!writing_) write();
}

void Connection::write() {
    if (written_ == sending_.size()) {
        sending_ = std::exchange(queued_, {});
        written_ = 0;
    }
    writing_ = !sending_.empty();
    if (!writing_) {
        if (draining_) close();
        return;
    }
    output_deadline_.expires_after(limits_.stalled_output);
    output_deadline_.async_wait([weak = weak_from_this()](const std::error_code& error) {
        const auto self = weak.lock();
        if (!error && self != nullptr) self->close();
    });
    socket_.async_write_some(
        asio::buffer(sending_.data() + written_, sending_.size() - written_),
        [self = shared_from_this()](const std::error_code& error, std::size_t size) { self->on_written(error, size); });
}

void Connection::on_written(const std::error_code& error, std::size_t size) {
    if (!open_) return;
    output_deadline_.cancel();
    if (error) {
        close();
        return;
    }
    written_ += size;
    write();
}

void Connection::close_when_drained() {
    draining_ = true;
    input_deadline_.cancel();
    if (open_ && !writing_) close();
}

void Connection::watch_input() {
    const bool half = framing_.waiting() != 0;
    if (half && half_message_) return;  // its deadline runs from its first octet
    half_message_ = half;
    input_deadline_.expires_after(half ? limits_.half_message : limits_.idle);
    input_deadline_.async_wait([weak = weak_from_this()](const std::error_code& error) {
        const auto self = weak.lock();
        if (!error && self != nullptr) self->close();
    });
}

}  // namespace anchor::control
