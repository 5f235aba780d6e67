// SPDX-License-Identifier: Apache-2.0
#pragma once

// Disk: one folder, and the few operations that survive a power cut when they are done in the right order. A port, so
// that tests can cut the power between any two of them.

#include <optional>
#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

/// Names are plain file names inside the folder.
class Disk {
public:
    virtual ~Disk() = default;

    /// Nothing where there is no such file. Rejected where it is larger than the limit.
    [[nodiscard]] virtual Result<std::optional<Bytes>> read(const std::string& name, std::size_t limit) = 0;
    /// Writes a new file with mode 0600 in place of one of that name. Not durable before sync().
    [[nodiscard]] virtual Result<void> write(const std::string& name, ByteView octets) = 0;
    /// Adds to the end of a file, which is made where it does not exist. Not durable before sync().
    [[nodiscard]] virtual Result<void> append(const std::string& name, ByteView octets) = 0;
    /// The file's content survives from here on.
    [[nodiscard]] virtual Result<void> sync(const std::string& name) = 0;
    /// Takes the place of `to` in one step. Not durable before sync_folder().
    [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    [[nodiscard]] virtual Result<void> remove(const std::string& name) = 0;
    /// All names in the folder, sorted.
    [[nodiscard]] virtual Result<std::vector<std::string>> names() = 0;
    /// Names made, renamed and removed survive from here on.
    [[nodiscard]] virtual Result<void> sync_folder() = 0;
};

/// The file in one crash-safe step: after success the new content survives power loss, before it the old one does.
[[nodiscard]] Result<void> replace(Disk& disk, const std::string& name, ByteView octets);

}  // namespace anchor
