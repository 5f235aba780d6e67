// SPDX-License-Identifier: Apache-2.0
#pragma once

// ListeningSocket: a Unix socket at a path, with mode and group, that goes when its owner goes.

#include <sys/types.h>

#include <optional>
#include <string>

#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor::control {

class ListeningSocket {
public:
    /// Errors as Server::listen().
    [[nodiscard]] static Result<ListeningSocket> at(const std::string& path, mode_t mode, std::optional<gid_t> group);
    /// One that systemd made (sd_listen_fds(3)). Rejected: it is no listening Unix stream socket.
    [[nodiscard]] static Result<ListeningSocket> given(UniqueFd fd);

    ListeningSocket(ListeningSocket&& other) noexcept
        : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ~ListeningSocket();

    /// The descriptor, given away. The path stays the business of this object.
    [[nodiscard]] int release() noexcept { return fd_.release(); }

private:
    explicit ListeningSocket(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
    UniqueFd fd_;
    std::string path_;  // empty where there is nothing to remove
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace anchor::control
