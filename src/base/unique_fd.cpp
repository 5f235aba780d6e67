// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/unique_fd.h>

#include <unistd.h>

namespace anchor {

void UniqueFd::reset(int fd) noexcept {
    // A close that is interrupted has closed on Linux: never retry, the number may be someone else's by then.
    if (fd_ >= 0 && fd_ != fd) ::close(fd_);
    fd_ = fd;
}

}  // namespace anchor
