// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/file.h>

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <system_error>

namespace anchor {
namespace {

constexpr std::size_t kReadStep = 64UL * 1024;

ErrorKind kind_of(int error) {
    switch (error) {
        case EACCES:
        case EPERM:
        case EROFS: return ErrorKind::Denied;
        case ENAMETOOLONG:
        case EISDIR:
        case ENOTDIR:
        case ELOOP: return ErrorKind::Rejected;
        default: return ErrorKind::Unavailable;
    }
}

}  // namespace

Error from_errno(std::string_view what, int error) {
    return Error{kind_of(error), std::string(what) + ": " + std::generic_category().message(error), error};
}

Result<Bytes> read_all(int fd, std::size_t limit, std::string_view name) {
    Bytes bytes;
    while (true) {
        const std::size_t have = bytes.size();
        bytes.resize(std::min(have + std::max(kReadStep, have), limit + 1));
        const ssize_t got = ::read(fd, bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) {
            bytes.resize(have);
            continue;
        }
        if (got < 0) return from_errno(name, errno);
        bytes.resize(have + static_cast<std::size_t>(got));
        if (got == 0) return bytes;
        if (bytes.size() > limit) return rejected(std::string(name) + ": is larger than " + std::to_string(limit) + " octets");
    }
}

Result<Bytes> read_file(const std::string& path, std::size_t limit) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid()) return from_errno(path, errno);
    return read_all(fd.get(), limit, path);
}

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes bytes, read_file(path, limit));
    return std::string(as_text(bytes));
}

Result<void> write_all(int fd, ByteView bytes, std::string_view name) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return from_errno(name, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
}

}  // namespace anchor
