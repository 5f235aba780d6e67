// SPDX-License-Identifier: Apache-2.0
#include <anchor/control/client.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <anchor/base/file.h>
#include <anchor/control/interface.h>

#include "message.h"

namespace anchor::control {
namespace {

SteadyTime now() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return SteadyTime(std::chrono::duration_cast<Milliseconds>(Seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

Result<void> wait_for(int socket, short events, SteadyTime until) {
    while (true) {
        const auto left = std::clamp<Milliseconds::rep>((until - now()).count(), 0, INT32_MAX);  // poll() counts in int
        pollfd state{socket, events, 0};
        const int ready = ::poll(&state, 1, static_cast<int>(left));
        if (ready > 0) return {};
        if (ready == 0 && left < INT32_MAX) return unavailable("no answer before the deadline", ETIMEDOUT);
        if (ready < 0 && errno != EINTR) return from_errno("poll", errno);
    }
}

bool again(int error) { return error == EAGAIN || error == EINTR; }

ErrorKind kind_of(std::string_view error) {
    if (error == kDeniedError || error == "org.varlink.service.PermissionDenied") return ErrorKind::Denied;
    if (error == kUnavailableError) return ErrorKind::Unavailable;
    return ErrorKind::Rejected;
}

Error error_from(const Reply& reply) {
    if (auto reason = json_string(reply.parameters, "reason")) return Error{kind_of(reply.error), std::move(*reason)};
    const std::string details = reply.parameters.empty() ? "" : " " + canonical_json(reply.parameters);
    return Error{kind_of(reply.error), reply.error + details};
}

std::string full_name(std::string_view method) {
    if (method.find('.') != std::string_view::npos) return std::string(method);
    return std::string(kAgentInterface) + "." + std::string(method);
}

}  // namespace

struct Client::Answer {
    Json parameters;
    bool continues = false;
};

Result<Client> Client::connect(const std::string& path, Milliseconds deadline) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return Error{ErrorKind::Unavailable, path + ": no path of a socket", ENAMETOOLONG};
    path.copy(address.sun_path, path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) return from_errno("socket", errno);
    const SteadyTime until = now() + deadline;
    // A Unix socket has no connection in progress: EAGAIN means that the queue of the listener is full.
    while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (!again(errno)) return from_errno(path, errno);
        if (now() >= until) return unavailable(path + ": the daemon takes no connection", EAGAIN);
        (void)::poll(nullptr, 0, 20);
    }
    return Client(std::move(fd));
}

Result<void> Client::send(std::string_view method, const Json& parameters, bool more, SteadyTime until) {
    const std::string text = request_text(full_name(method), parameters, more);
    std::string_view left = text;
    while (!left.empty()) {
        const ssize_t put = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (put >= 0) {
            left.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return {};  // the daemon said why before it closed, perhaps: receive() finds out
        } else if (!again(errno)) {
            return from_errno("send", errno);
        } else {
            ANCHOR_RETURN_IF_ERROR(wait_for(socket_.get(), POLLOUT, until));
        }
    }
    return {};
}

Result<std::string> Client::message(SteadyTime until) {
    std::array<char, 16384> chunk{};
    std::size_t scanned = 0;
    while (true) {
        if (const auto end = unread_.find('\0', scanned); end != std::string::npos) {
            std::string message = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return message;
        }
        scanned = unread_.size();
        if (scanned > kMaxMessage) return rejected("an answer of more than " + std::to_string(kMaxMessage) + " octets", EMSGSIZE);
        ANCHOR_RETURN_IF_ERROR(wait_for(socket_.get(), POLLIN, until));
        const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return stale("the daemon closed the connection", ECONNRESET);
        if (got < 0 && !again(errno)) return from_errno("receive", errno);
        if (got > 0) unread_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

Result<Client::Answer> Client::receive(SteadyTime until) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, message(until));
    auto reply = reply_from(text, kMaxMessage);
    if (!reply) return rejected("the answer is no Varlink: " + reply.error().what, EPROTO);
    if (!reply->error.empty()) return error_from(*reply);
    return Answer{std::move(reply->parameters), reply->continues};
}

Result<Json> Client::call(std::string_view method, const Json& parameters, Milliseconds deadline) {
    const SteadyTime until = now() + deadline;
    ANCHOR_RETURN_IF_ERROR(send(method, parameters, false, until));
    ANCHOR_ASSIGN_OR_RETURN(Answer answer, receive(until));
    if (answer.continues) return rejected("the answer is no Varlink: a stream that nobody asked for", EPROTO);
    return std::move(answer.parameters);
}

Result<void> Client::stream(std::string_view method, const Json& parameters, const std::function<bool(const Json&)>& receiver,
                            Milliseconds each) {
    ANCHOR_RETURN_IF_ERROR(send(method, parameters, true, now() + each));
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(const Answer answer, receive(now() + each));
        if (!receiver(answer.parameters)) {
            socket_.reset();
            return {};
        }
        if (!answer.continues) return {};
    }
}

}  // namespace anchor::control
