// SPDX-License-Identifier: Apache-2.0
#pragma once

// NotifySocket: the service manager's end of sd_notify(3), for tests that wait for a program to be ready.

#include <chrono>
#include <string>

#include <anchor/base/unique_fd.h>
#include <parts/scratch.h>

namespace anchor::parts {

class NotifySocket {
public:
    /// Aborts where no socket can be made.
    NotifySocket();
    /// For $NOTIFY_SOCKET.
    [[nodiscard]] std::string path() const { return scratch_.path("notify"); }
    /// The next message; empty where none came in time.
    [[nodiscard]] std::string receive(std::chrono::milliseconds deadline = std::chrono::seconds(20)) const;

private:
    Scratch scratch_;
    UniqueFd socket_;
};

}  // namespace anchor::parts
