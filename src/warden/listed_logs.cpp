// SPDX-License-Identifier: Apache-2.0
#include "listed_logs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include <anchor/base/file.h>

namespace anchor::warden {

Result<UniqueFd> ListedLogs::open(std::string_view log) {
    const auto found = paths_.find(log);
    if (found == paths_.end()) return denied("no log is called \"" + std::string(log) + "\"");
    const std::string& path = found->second;
    // O_NONBLOCK: what is no plain file after all must not hold us up before we see it.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd.valid() && errno == ELOOP) return denied(path + ": is a symbolic link");
    if (!fd.valid()) return from_errno(path, errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return from_errno(path, errno);
    if (!S_ISREG(status.st_mode)) return denied(path + ": is no plain file");
    return fd;
}

}  // namespace anchor::warden
