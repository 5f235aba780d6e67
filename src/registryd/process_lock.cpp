// SPDX-License-Identifier: Apache-2.0
#include "process_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include <anchor/base/file.h>

namespace anchor::registryd {
namespace {
constexpr Milliseconds kLookAgain{10};
}

Result<std::optional<ProcessLock>> ProcessLock::take(const std::string& path) {
    UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return from_errno("lock " + path, errno);
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return std::optional(ProcessLock(std::move(file)));
    if (errno == EWOULDBLOCK) return std::optional<ProcessLock>();
    return from_errno("lock " + path, errno);
}

Result<ProcessLock> ProcessLock::wait(const std::string& path, Milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        ANCHOR_ASSIGN_OR_RETURN(auto taken, take(path));
        if (taken) return std::move(*taken);
        if (std::chrono::steady_clock::now() >= deadline) return unavailable("another process holds " + path);
        std::this_thread::sleep_for(kLookAgain);
    }
}

}  // namespace anchor::registryd
