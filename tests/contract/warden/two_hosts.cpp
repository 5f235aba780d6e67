// SPDX-License-Identifier: Apache-2.0
#include "two_hosts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <anchor/base/file.h>
#include <parts/command.h>

namespace anchor::warden {
namespace {

constexpr int kSoon = 300;  // milliseconds; packets between two namespaces arrive before send() returns

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    return address;
}

UniqueFd udp_socket(std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in any = address_of("0.0.0.0", port);
    if (fd.valid() && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) fd.reset();
    return fd;
}

Result<UniqueFd> new_namespace() {
    if (::unshare(CLONE_NEWNET) != 0) return from_errno("unshare", errno);
    UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return from_errno("namespace", errno);
    return fd;
}

Result<void> ip(const parts::Arguments& words) {
    parts::Arguments command{"ip"};
    command.insert(command.end(), words.begin(), words.end());
    const auto done = parts::run(command);
    if (!done.ok()) return unavailable("ip " + words.front() + " " + words[1] + ": " + done.output);
    return {};
}

Result<void> set_up(const std::string& device, const std::string& address) {
    ANCHOR_RETURN_IF_ERROR(ip({"address", "add", address + "/24", "dev", device}));
    ANCHOR_RETURN_IF_ERROR(ip({"link", "set", device, "up"}));
    return ip({"link", "set", "lo", "up"});
}

}  // namespace

bool TwoHosts::available() { return ::geteuid() == 0 && parts::on_path("nft") && parts::on_path("ip"); }

Result<TwoHosts> TwoHosts::plug() {
    ANCHOR_ASSIGN_OR_RETURN(UniqueFd second, new_namespace());
    ANCHOR_ASSIGN_OR_RETURN(UniqueFd first, new_namespace());
    const std::string other = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(second.get());
    ANCHOR_RETURN_IF_ERROR(ip({"link", "add", "cable0", "type", "veth", "peer", "name", "cable1", "netns", other}));
    ANCHOR_RETURN_IF_ERROR(set_up("cable0", kHere));
    if (::setns(second.get(), CLONE_NEWNET) != 0) return from_errno("setns", errno);
    const auto done = set_up("cable1", kThere);
    if (::setns(first.get(), CLONE_NEWNET) != 0) return from_errno("setns", errno);
    ANCHOR_RETURN_IF_ERROR(done);
    return TwoHosts(std::move(first), std::move(second));
}

// A packet counts as its socket's maker's: the effective user when the socket was made.
UniqueFd TwoHosts::here(uid_t user, std::uint16_t port) const {
    const uid_t own = ::geteuid();
    if (::seteuid(user) != 0) return {};
    UniqueFd fd = udp_socket(port);
    if (::seteuid(own) != 0) return {};
    return fd;
}

UniqueFd TwoHosts::there(std::uint16_t port) const {
    if (::setns(second_.get(), CLONE_NEWNET) != 0) return {};
    UniqueFd fd = udp_socket(port);
    if (::setns(first_.get(), CLONE_NEWNET) != 0) return {};
    return fd;
}

int send_to(int socket, const std::string& host, std::uint16_t port) {
    const sockaddr_in to = address_of(host, port);
    const bool sent = ::sendto(socket, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 1;
    return sent ? 0 : errno;
}

bool arrives(int socket) {
    pollfd waiting{socket, POLLIN, 0};
    char octet = 0;
    return ::poll(&waiting, 1, kSoon) == 1 && ::recv(socket, &octet, 1, 0) == 1;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.sin_port);
}

}  // namespace anchor::warden
