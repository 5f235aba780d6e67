// SPDX-License-Identifier: Apache-2.0
#include "service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>

namespace anchor::daemon {
namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
    return value;
}

// sd_watchdog_enabled(3): the variables may belong to the process that started us.
std::optional<Milliseconds> watchdog_of_surroundings() {
    const auto microseconds = number(variable("WATCHDOG_USEC"));
    const std::string_view pid = variable("WATCHDOG_PID");
    if (!microseconds || (!pid.empty() && number(pid) != std::int64_t{::getpid()})) return std::nullopt;
    return std::chrono::duration_cast<Milliseconds>(std::chrono::microseconds(*microseconds));
}

}  // namespace

ServiceNotice ServiceNotice::of_surroundings() {
    ServiceNotice notice;
    notice.address_ = variable("NOTIFY_SOCKET");
    const bool usable = notice.address_.size() > 1 && notice.address_.size() < sizeof(sockaddr_un::sun_path) &&
                        (notice.address_.front() == '/' || notice.address_.front() == '@');
    if (!usable) return notice;
    if (notice.address_.front() == '@') notice.address_.front() = '\0';
    notice.socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    notice.watchdog_ = watchdog_of_surroundings();
    return notice;
}

void ServiceNotice::send(std::string_view assignments) const {
    if (!socket_.valid()) return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::ranges::copy(address_, to.sun_path);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    (void)::sendto(socket_.get(), assignments.data(), assignments.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                   reinterpret_cast<const sockaddr*>(&to), length);
}

}  // namespace anchor::daemon
