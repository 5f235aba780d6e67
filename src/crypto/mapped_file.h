// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file as octets without reading it into memory: the kernel brings in and throws out its pages. For files that are replaced and
// never written to in place: one that is cut short under us ends the program (SIGBUS), which then starts anew.

#include <string>

#include <anchor/base/result.h>
#include <anchor/base/shared_octets.h>

namespace anchor::crypto {

/// Unavailable where it does not exist, Denied where it may not be read, Rejected where it is no regular file or larger than the limit.
[[nodiscard]] Result<SharedOctets> map_file(const std::string& path, std::size_t limit);

}  // namespace anchor::crypto
