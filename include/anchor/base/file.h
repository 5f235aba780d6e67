// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading whole files within a bound. Writing that must survive power loss is the store's business.

#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor {

/// The file's octets, at most `limit`. Works for /proc and /sys, whose sizes lie. Unavailable where it
/// does not exist, Denied where it may not be read, Rejected where it is larger than the limit.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::size_t limit);
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, std::size_t limit);
/// The same from an open descriptor, from its present position.
[[nodiscard]] Result<Bytes> read_all(int fd, std::size_t limit, std::string_view name);

/// Writes all octets or fails; goes on after a signal.
[[nodiscard]] Result<void> write_all(int fd, ByteView bytes, std::string_view name);

/// "open: No such file or directory", with errno as `native` and a kind that fits it.
[[nodiscard]] Error from_errno(std::string_view what, int error);

}  // namespace anchor
