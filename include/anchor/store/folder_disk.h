// SPDX-License-Identifier: Apache-2.0
#pragma once

// FolderDisk: a folder of the real file system as a Disk. The folder is the daemon's own; symbolic links are not followed.

#include <memory>

#include <anchor/base/unique_fd.h>
#include <anchor/core/disk.h>

namespace anchor::store {

class FolderDisk final : public Disk {
public:
    /// Makes the folder (mode 0700) where it is missing. Denied: not ours to write, or open to others.
    [[nodiscard]] static Result<std::unique_ptr<FolderDisk>> open(const std::string& path);

    Result<std::optional<Bytes>> read(const std::string& name, std::size_t limit) override;
    Result<void> write(const std::string& name, ByteView octets) override;
    Result<void> append(const std::string& name, ByteView octets) override;
    Result<void> sync(const std::string& name) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& name) override;
    Result<std::vector<std::string>> names() override;
    Result<void> sync_folder() override;

private:
    FolderDisk(std::string path, UniqueFd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
    [[nodiscard]] Result<void> put(const std::string& name, ByteView octets, int flags);

    std::string path_;
    UniqueFd folder_;
};

}  // namespace anchor::store
