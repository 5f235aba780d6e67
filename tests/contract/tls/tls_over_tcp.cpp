// SPDX-License-Identifier: Apache-2.0
#include "tls_over_tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>

namespace anchor::contract {
namespace {

using crypto::TlsProgress;
using crypto::TlsSession;

constexpr int kPatience = 10'000;  // milliseconds

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void prepare(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
}

Result<void> wait_for(int fd, TlsProgress progress) {
    pollfd waiting{fd, static_cast<short>(progress == TlsProgress::WantWrite ? POLLOUT : POLLIN), 0};
    if (::poll(&waiting, 1, kPatience) == 1) return {};
    return unavailable("nothing happened for ten seconds");
}

}  // namespace

Listener::Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    const bool listening = ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(fd_.get(), 4) == 0 &&
                           ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!listening) std::abort();
    port_ = ntohs(address.sin_port);
}

UniqueFd Listener::accept() const {
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kPatience) != 1) return UniqueFd{};
    UniqueFd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    prepare(fd.get());
    return fd;
}

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return UniqueFd{};
    prepare(fd.get());
    return fd;
}

Result<void> shake_hands(int fd, TlsSession& session) {
    for (;;) {
        ANCHOR_ASSIGN_OR_RETURN(const TlsProgress progress, session.handshake());
        if (progress == TlsProgress::Done) return {};
        ANCHOR_RETURN_IF_ERROR(wait_for(fd, progress));
    }
}

Result<std::string> read_line(int fd, TlsSession& session) {
    std::string line;
    std::array<std::uint8_t, 256> buffer{};
    while (!line.ends_with('\n')) {
        ANCHOR_ASSIGN_OR_RETURN(const auto read, session.read(buffer));
        if (read.progress == TlsProgress::Ended) return line;
        if (read.progress != TlsProgress::Done) ANCHOR_RETURN_IF_ERROR(wait_for(fd, read.progress));
        line += as_text(ByteView(buffer).first(read.octets));
    }
    return line;
}

Result<void> write_line(int fd, TlsSession& session, const std::string& line) {
    for (std::size_t sent = 0; sent < line.size();) {
        ANCHOR_ASSIGN_OR_RETURN(const auto written, session.write(as_bytes(line).subspan(sent)));
        if (written.progress != TlsProgress::Done) ANCHOR_RETURN_IF_ERROR(wait_for(fd, written.progress));
        sent += written.octets;
    }
    return {};
}

}  // namespace anchor::contract
