// SPDX-License-Identifier: Apache-2.0
#include "raw_caller.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace anchor::control {
namespace {

UniqueFd connected(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    return fd;
}

}  // namespace

RawCaller::RawCaller(const std::string& path) : RawCaller(connected(path)) {}

RawCaller::RawCaller(UniqueFd socket) : socket_(std::move(socket)) {
    const timeval patience{5, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

bool RawCaller::send(std::string_view octets) const {
    while (!octets.empty()) {
        const ssize_t put = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (put <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

void RawCaller::end_sending() const { ::shutdown(socket_.get(), SHUT_WR); }

Json RawCaller::message() {
    std::array<char, 4096> chunk{};
    while (true) {
        if (const auto end = unread_.find('\0'); end != std::string::npos) {
            const std::string text = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return parse_json(text).value();
        }
        const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
        if (got == 0) return {};
        if (got < 0) return errno == ECONNRESET ? Json() : Json("nothing");
        unread_.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

bool RawCaller::sees_end() {
    std::array<char, 65536> chunk{};
    ssize_t got = 0;
    while ((got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0)) > 0) continue;
    return got == 0 || errno == ECONNRESET;
}

}  // namespace anchor::control
