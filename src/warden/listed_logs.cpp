// SPDX-License-Identifier: Apache-2.0
#include "listed_logs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include <anchor/base/file.h>

namespace anchor::warden {
namespace {

// O_NONBLOCK: what is no plain file after all must not hold us up before we see it.
UniqueFd open_in(int folder, const std::string& name) {
    return UniqueFd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

// The neighbour that a link names; empty where it leads anywhere else.
std::string neighbour_of(int folder, const std::string& name) {
    std::string target(NAME_MAX + 1, '\0');
    const ssize_t length = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return target.size() > NAME_MAX || target.find('/') != std::string::npos ? std::string() : target;
}

// From Linux 6.10 on the IMA list of old is the kernel's own link to the one of SHA-1 beside it, so a link to a neighbour
// is followed, once; no other is.
Result<UniqueFd> open_log(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    const UniqueFd folder(::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return from_errno(path, errno);
    UniqueFd fd = open_in(folder.get(), name);
    if (!fd.valid() && errno == ELOOP) {
        const std::string neighbour = neighbour_of(folder.get(), name);
        if (neighbour.empty()) return denied(path + ": is a link out of its folder");
        fd = open_in(folder.get(), neighbour);
    }
    if (!fd.valid()) return from_errno(path, errno);
    return fd;
}

}  // namespace

Result<UniqueFd> ListedLogs::open(std::string_view log) {
    const auto found = paths_.find(log);
    if (found == paths_.end()) return denied("no log is called \"" + std::string(log) + "\"");
    ANCHOR_ASSIGN_OR_RETURN(UniqueFd fd, open_log(found->second));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return from_errno(found->second, errno);
    if (!S_ISREG(status.st_mode)) return denied(found->second + ": is no plain file");
    return fd;
}

}  // namespace anchor::warden
