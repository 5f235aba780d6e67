// SPDX-License-Identifier: Apache-2.0
#include "process_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::registryd {

Result<std::optional<ProcessLock>> ProcessLock::take(const std::string& path) {
    UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return from_errno("lock " + path, errno);
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return std::optional(ProcessLock(std::move(file)));
    if (errno == EWOULDBLOCK) return std::optional<ProcessLock>();
    return from_errno("lock " + path, errno);
}

}  // namespace anchor::registryd
