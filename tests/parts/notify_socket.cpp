// SPDX-License-Identifier: Apache-2.0
#include <parts/notify_socket.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace anchor::parts {

NotifySocket::NotifySocket() : scratch_("notify"), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path().size() >= sizeof address.sun_path) std::abort();
    const std::string to = path();
    std::ranges::copy(to, address.sun_path);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
}

std::string NotifySocket::receive(std::chrono::milliseconds deadline) const {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(deadline.count())) != 1) return {};
    std::array<char, 4096> message{};
    const auto size = ::recv(socket_.get(), message.data(), message.size(), 0);
    return size < 0 ? std::string() : std::string(message.data(), static_cast<std::size_t>(size));
}

}  // namespace anchor::parts
