// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <anchor/base/file.h>
#include <anchor/enforce/warden_protocol.h>

namespace anchor::warden {
namespace {

Result<void> set_patience(int fd, Milliseconds patience) {
    timeval time{};
    time.tv_sec = std::chrono::duration_cast<Seconds>(patience).count();
    time.tv_usec = (patience % Seconds(1)).count() * 1000;
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        if (::setsockopt(fd, SOL_SOCKET, option, &time, sizeof time) != 0) return from_errno("deadline", errno);
    }
    return {};
}

Result<std::string> receive(int connection) {
    std::string packet(enforce::kLargestMessage, '\0');
    const ssize_t got = ::recv(connection, packet.data(), packet.size(), MSG_TRUNC);  // gives the true length
    if (got < 0) return unavailable(from_errno("no request", errno).what, errno);
    if (got == 0) return unavailable("the peer left without a request");
    if (static_cast<std::size_t>(got) > packet.size()) return rejected("request: larger than " + std::to_string(packet.size()) + " octets");
    packet.resize(static_cast<std::size_t>(got));
    return packet;
}

Result<void> reply(int connection, const Result<void>& outcome, int descriptor = -1) {
    std::string message = enforce::answer_message(outcome);
    iovec octets{message.data(), message.size()};
    alignas(cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int))] = {};  // NOLINT(modernize-avoid-c-arrays): C's own size
    msghdr header{};
    header.msg_iov = &octets;
    header.msg_iovlen = 1;
    if (descriptor >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        cmsghdr* const part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    }
    if (::sendmsg(connection, &header, MSG_NOSIGNAL) < 0) return unavailable(from_errno("answer", errno).what, errno);
    return {};
}

}  // namespace

Result<uid_t> kernel_peer(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return from_errno("peer", errno);
    return peer.uid;
}

Result<void> Server::answer(int connection, std::string_view request) {
    const auto parsed = enforce::parse_request(request);
    if (!parsed) {
        ANCHOR_RETURN_IF_ERROR(reply(connection, parsed.error()));
        return parsed.error();
    }
    if (const auto* wish = std::get_if<Enforcement>(&*parsed)) return reply(connection, enforcer_.apply(*wish));
    const auto log = logs_.open(std::get<enforce::OpenLog>(*parsed).log);
    return log ? reply(connection, {}, log->get()) : reply(connection, log.error());
}

Result<void> Server::serve(int connection, Milliseconds patience) {
    ANCHOR_ASSIGN_OR_RETURN(const uid_t peer, peer_of_(connection));
    if (peer != peer_) return denied("user " + std::to_string(peer) + " has no business here");
    ANCHOR_RETURN_IF_ERROR(set_patience(connection, patience));
    const auto request = receive(connection);
    if (request) return answer(connection, *request);
    if (request.error().kind == ErrorKind::Rejected) ANCHOR_RETURN_IF_ERROR(reply(connection, request.error()));
    return request.error();
}

Error Server::run(int listener, const std::function<void(const Error&)>& report) {
    for (;;) {
        const UniqueFd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection.valid() && errno != EINTR && errno != ECONNABORTED) return from_errno("accept", errno);
        if (!connection.valid()) continue;
        if (const auto served = serve(connection.get()); !served) report(served.error());
    }
}

}  // namespace anchor::warden
