// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <anchor/base/file.h>

namespace anchor::warden {
namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START
constexpr int kBacklog = 4;

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before anything else runs
    return value == nullptr ? std::string_view() : value;
}

int option(int fd, int which) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, which, &value, &size) == 0 ? value : -1;
}

Result<UniqueFd> inherited() {
    if (environment("LISTEN_FDS") != "1") return denied("socket activation: expected one descriptor");
    UniqueFd fd(kFirstInherited);
    const bool listens =
        option(fd.get(), SO_DOMAIN) == AF_UNIX && option(fd.get(), SO_TYPE) == SOCK_SEQPACKET && option(fd.get(), SO_ACCEPTCONN) == 1;
    if (!listens) return denied("socket activation: expected a Unix socket for packets that listens");
    if (::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) return from_errno("socket activation", errno);
    return fd;
}

Result<UniqueFd> made_at(const std::string& path, uid_t user) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return denied(path + ": too long for a socket");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return from_errno(path, errno);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return from_errno(path, errno);
    const mode_t mask = ::umask(S_IRWXG | S_IRWXO | S_IXUSR);  // nobody else connects between bind and chown
    const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int failure = errno;
    ::umask(mask);
    if (bound != 0) return from_errno(path, failure);
    if (user != ::geteuid() && ::lchown(path.c_str(), user, static_cast<gid_t>(-1)) != 0) return from_errno(path, errno);
    if (::listen(fd.get(), kBacklog) != 0) return from_errno(path, errno);
    return fd;
}

}  // namespace

Result<UniqueFd> open_listener(const std::string& path, uid_t user) {
    if (environment("LISTEN_PID") == std::to_string(::getpid())) return inherited();
    return made_at(path, user);
}

}  // namespace anchor::warden
