// SPDX-License-Identifier: Apache-2.0
#include "replaced_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <anchor/base/file.h>

namespace anchor::enforce {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view text) {
    const auto present = read_text_file(path, kLargestFile);
    if (present && *present == text) return {};

    // Made anew and never through a link that someone left: whoever may write the folder decides nothing about other files.
    const std::string draft = path + ".new";
    if (::unlink(draft.c_str()) != 0 && errno != ENOENT) return from_errno(draft, errno);
    const UniqueFd fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!fd.valid()) return from_errno(draft, errno);
    ANCHOR_RETURN_IF_ERROR(write_all(fd.get(), as_bytes(text), draft));
    if (::fchmod(fd.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0) return from_errno(draft, errno);
    if (::rename(draft.c_str(), path.c_str()) != 0) return from_errno(path, errno);
    return {};
}

}  // namespace anchor::enforce
