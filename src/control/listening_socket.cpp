// SPDX-License-Identifier: Apache-2.0
#include "listening_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <anchor/base/file.h>

namespace anchor::control {
namespace {

constexpr int kBacklog = 32;

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.front() != '/') return denied("the socket's path \"" + path + "\" is not absolute");
    if (path.size() >= sizeof address.sun_path) {
        return denied(path + ": longer than the " + std::to_string(sizeof address.sun_path - 1) + " octets that a socket's path can have");
    }
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    return address;
}

Result<UniqueFd> new_socket() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) return from_errno("socket", errno);
    return fd;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// What stands at the path may only be replaced where it is a socket that nobody answers.
Result<void> expect_replaceable(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT) return {};
        return from_errno(path, errno);
    }
    if (!S_ISSOCK(found.st_mode)) return denied(path + ": something else than a socket stands there");
    ANCHOR_ASSIGN_OR_RETURN(const sockaddr_un address, address_of(path));
    ANCHOR_ASSIGN_OR_RETURN(const UniqueFd probe, new_socket());
    if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN) {
        return denied(path + ": another daemon answers there");
    }
    if (errno == ECONNREFUSED || errno == ENOENT) return {};
    return from_errno(path, errno);
}

Result<void> bind_with(int fd, const std::string& path, mode_t mode, std::optional<gid_t> group) {
    ANCHOR_ASSIGN_OR_RETURN(const sockaddr_un address, address_of(path));
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return from_errno(path, errno);
    if (::bind(fd, generic(address), sizeof address) != 0) return from_errno(path, errno);
    if (group && ::lchown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) return from_errno(path + ": set its group", errno);
    if (::chmod(path.c_str(), mode) != 0) return from_errno(path + ": set its mode", errno);
    if (::listen(fd, kBacklog) != 0) return from_errno(path + ": listen", errno);
    return {};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::at(const std::string& path, mode_t mode, std::optional<gid_t> group) {
    // Made under another name and renamed when mode and group are right: nobody meets it half done, and the stale one
    // is replaced in one step.
    const std::string unfinished = path + ".new";
    ANCHOR_RETURN_IF_ERROR(address_of(unfinished));
    ANCHOR_RETURN_IF_ERROR(expect_replaceable(path));
    ANCHOR_ASSIGN_OR_RETURN(UniqueFd fd, new_socket());
    auto bound = bind_with(fd.get(), unfinished, mode, group);
    if (bound && ::rename(unfinished.c_str(), path.c_str()) != 0) bound = from_errno(path, errno);
    if (!bound) {
        ::unlink(unfinished.c_str());
        return std::move(bound).error();
    }
    ListeningSocket socket(std::move(fd));
    struct stat made {};
    if (::lstat(path.c_str(), &made) != 0) return from_errno(path, errno);
    socket.path_ = path;
    socket.device_ = made.st_dev;
    socket.inode_ = made.st_ino;
    return socket;
}

Result<ListeningSocket> ListeningSocket::given(UniqueFd fd) {
    int listening = 0;
    int domain = 0;
    int type = 0;
    socklen_t size = sizeof(int);
    const bool known = ::getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
                       ::getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
                       ::getsockopt(fd.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0;
    if (!known || listening == 0 || domain != AF_UNIX || type != SOCK_STREAM) {
        return rejected("the descriptor that was given is no listening Unix stream socket");
    }
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) return from_errno("given socket", errno);
    return ListeningSocket(std::move(fd));
}

ListeningSocket::~ListeningSocket() {
    struct stat found {};
    if (path_.empty() || ::lstat(path_.c_str(), &found) != 0) return;
    // A newer daemon may have put its own in this place.
    if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace anchor::control
