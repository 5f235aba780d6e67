// SPDX-License-Identifier: Apache-2.0
#include "socket.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include <anchor/base/file.h>

#include "name_lookup.h"

namespace anchor::link {
namespace {

void send_at_once(int fd) {
    // Without it a handshake waits for delayed acknowledgements: 47 ms instead of 5 ms.
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Result<UniqueFd> connect_address(const addrinfo& address, const StopFlag& stop, Deadline deadline) {
    UniqueFd fd(::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
    if (!fd.valid()) return from_errno("socket", errno);
    send_at_once(fd.get());
    if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return fd;
    if (errno != EINPROGRESS) return from_errno("connect", errno);
    ANCHOR_RETURN_IF_ERROR(wait_for(fd.get(), POLLOUT, stop, deadline, "connect"));
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return from_errno("connect", errno);
    if (error != 0) return from_errno("connect", error);
    return fd;
}

using Address = sockaddr_in;

bool same(const Address& a, const Address& b) {
    return a.sin_family == AF_INET && b.sin_family == AF_INET && a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
}

template <class Getter>
bool address_of(int fd, Getter getter, Address& address) {
    socklen_t size = sizeof address;
    return getter(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 && size == sizeof address;
}

// The descriptor of ours that is the other end, or -1. The kernel gives each pair of addresses to one connection only, so a
// foreign process cannot have the same one. Both addresses count: the port of our connection to a broker on this very machine may be
// a stranger's as well, towards us.
int our_end(const Address& peer, const Address& listener) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
    if (!folder) return -1;
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string_view name = static_cast<const char*>(entry->d_name);
        int fd = -1;
        if (std::from_chars(name.data(), name.data() + name.size(), fd).ec != std::errc{}) continue;
        Address own{};
        Address other{};
        const bool both = address_of(fd, ::getsockname, own) && address_of(fd, ::getpeername, other);
        if (both && same(own, peer) && same(other, listener)) return fd;
    }
    return -1;
}

}  // namespace

StopFlag::StopFlag() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_.valid()) std::abort();  // no descriptor left for one flag: nothing here can work
}

void StopFlag::set() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(fd_.get(), &one, sizeof one);
}

Result<void> wait_for(int fd, short events, const StopFlag& stop, Deadline deadline, std::string_view what) {
    std::array<pollfd, 2> waits = {pollfd{fd, events, 0}, pollfd{stop.fd(), POLLIN, 0}};
    while (true) {
        const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
        const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(std::clamp<Milliseconds::rep>(left.count(), 0, 3'600'000)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return from_errno(what, errno);
        if (waits[1].revents != 0) return unavailable(std::string(what) + ": stopped");
        if (waits[0].revents != 0) return {};
        if (left <= Milliseconds{0}) return unavailable(std::string(what) + ": no answer in time", ETIMEDOUT);
    }
}

Result<UniqueFd> connect_to_any(const addrinfo* addresses, const StopFlag& stop, Deadline deadline) {
    int left = 0;
    for (const addrinfo* each = addresses; each != nullptr; each = each->ai_next) ++left;
    Error last = unavailable("no address");
    for (const addrinfo* each = addresses; each != nullptr; each = each->ai_next, --left) {
        // One that swallows packets (IPv6 that leads nowhere) must not use up the time of the others.
        const auto now = std::chrono::steady_clock::now();
        auto fd = connect_address(*each, stop, now + (deadline - now) / left);
        if (fd) return fd;
        last = std::move(fd).error();
    }
    // Whatever the system calls it (refused, unreachable, forbidden by a firewall), the caller may try again.
    last.kind = ErrorKind::Unavailable;
    return last;
}

Result<UniqueFd> connect_to(const std::string& host, std::uint16_t port, const StopFlag& stop, Deadline deadline) {
    const std::string where = host + ":" + std::to_string(port);
    auto found = look_up(host, port, stop, deadline);
    if (!found) return std::move(found).error().within(where);
    auto fd = connect_to_any(found->get(), stop, deadline);
    if (!fd) return std::move(fd).error().within(where);
    return fd;
}

Result<LoopbackListener> LoopbackListener::open() {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return from_errno("socket", errno);
    Address address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return from_errno("bind to loopback", errno);
    if (::listen(fd.get(), 8) != 0) return from_errno("listen on loopback", errno);
    if (!address_of(fd.get(), ::getsockname, address)) return from_errno("getsockname", errno);
    return LoopbackListener(std::move(fd), ntohs(address.sin_port));
}

Result<UniqueFd> LoopbackListener::accept_own(const StopFlag& stop, Deadline deadline) {
    while (true) {
        ANCHOR_RETURN_IF_ERROR(wait_for(fd_.get(), POLLIN, stop, deadline, "the MQTT client's connection to the tunnel"));
        Address own{};
        if (!address_of(fd_.get(), ::getsockname, own)) return from_errno("getsockname", errno);
        Address peer{};
        socklen_t size = sizeof peer;
        UniqueFd fd(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        const int client = fd.valid() ? our_end(peer, own) : -1;
        if (client < 0) continue;
        send_at_once(fd.get());
        // The MQTT client does not do it for itself, and writes a packet in pieces: 48 ms for each message.
        send_at_once(client);
        return fd;
    }
}

}  // namespace anchor::link
