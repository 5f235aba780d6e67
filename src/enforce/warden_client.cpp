// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/warden_client.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include <anchor/base/file.h>

namespace anchor::enforce {

struct WardenClient::Answer {
    std::string message;
    UniqueFd descriptor;
};

namespace {

Result<void> set_deadline(int fd, Milliseconds deadline) {
    const auto whole = std::chrono::duration_cast<Seconds>(deadline);
    timeval time{};
    time.tv_sec = whole.count();
    time.tv_usec = std::chrono::duration_cast<std::chrono::microseconds>(deadline - whole).count();
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
        if (::setsockopt(fd, SOL_SOCKET, option, &time, sizeof time) != 0) return from_errno("warden: deadline", errno);
    }
    return {};
}

Result<UniqueFd> connect_to(const WardenClientOptions& options) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (options.socket.size() >= sizeof address.sun_path) return denied("warden: the socket's path is too long");
    std::memcpy(address.sun_path, options.socket.c_str(), options.socket.size() + 1);

    UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return from_errno("warden: socket", errno);
    ANCHOR_RETURN_IF_ERROR(set_deadline(fd.get(), options.deadline));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return from_errno(options.socket, errno);

    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return from_errno("warden: peer", errno);
    if (peer.uid != options.server) return denied(options.socket + ": user " + std::to_string(peer.uid) + " listens there");
    return fd;
}

// Takes the one descriptor of a packet; any more are closed by those who took them.
UniqueFd descriptor_in(msghdr& header) {
    UniqueFd first;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + i * sizeof number, sizeof number);
            UniqueFd taken(number);
            if (!first.valid()) first = std::move(taken);
        }
    }
    return first;
}

}  // namespace

Result<WardenClient::Answer> WardenClient::call(const WardenRequest& request) const {
    ANCHOR_ASSIGN_OR_RETURN(const std::string message, to_message(request));
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd fd, connect_to(options_));
    if (::send(fd.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) return from_errno("warden: send", errno);

    Answer answer;
    answer.message.resize(kLargestMessage);
    iovec octets{answer.message.data(), answer.message.size()};
    alignas(cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int))] = {};  // NOLINT(modernize-avoid-c-arrays): C's own size
    msghdr header{};
    header.msg_iov = &octets;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(fd.get(), &header, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EAGAIN) return unavailable("warden: no answer in time", errno);
    if (got < 0) return from_errno("warden: receive", errno);
    answer.descriptor = descriptor_in(header);
    if (got == 0) return unavailable("warden: closed the connection");
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return rejected("warden: the answer is too large");
    answer.message.resize(static_cast<std::size_t>(got));
    return answer;
}

Result<void> WardenClient::apply(const Enforcement& wish) {
    ANCHOR_ASSIGN_OR_RETURN(const Answer answer, call(wish));
    auto outcome = parse_answer(answer.message);
    if (!outcome) return std::move(outcome).error().within("warden");
    return {};
}

Result<UniqueFd> WardenClient::open(std::string_view log) {
    ANCHOR_ASSIGN_OR_RETURN(Answer answer, call(OpenLog{std::string(log)}));
    if (auto outcome = parse_answer(answer.message); !outcome) return std::move(outcome).error().within("warden");
    if (!answer.descriptor.valid()) return rejected("warden: the answer has no descriptor");
    return std::move(answer.descriptor);
}

}  // namespace anchor::enforce
