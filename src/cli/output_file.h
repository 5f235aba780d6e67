// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files that a command leaves behind.

#include <string>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::cli {

/// Makes the folder where it is missing. Unavailable, without a native code, as are the errors of write_file().
[[nodiscard]] Result<void> make_folder(const std::string& folder);
/// Writes the whole file, in the place of one that was there; never through a link.
[[nodiscard]] Result<void> write_file(const std::string& file, ByteView octets);

}  // namespace anchor::cli
