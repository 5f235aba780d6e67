// SPDX-License-Identifier: Apache-2.0
#pragma once

// FolderShelf: a folder of the real file system as a BlobShelf, each blob a file that is named by its digest and mapped into memory when
// it is asked for. A file with that name put there by hand is as good as one that was fetched: both are hashed before they count.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/base/unique_fd.h>
#include <anchor/core/blob_shelf.h>

namespace anchor::store {

class FolderShelf final : public BlobShelf {
public:
    /// Makes the folder (mode 0700) where it is missing. `by_hand` are further files, of any name, in which a blob is looked for: one that
    /// is there is copied into the folder. Denied: not ours to write, or open to others.
    [[nodiscard]] static Result<std::unique_ptr<FolderShelf>> open(const std::string& path, std::vector<std::string> by_hand = {});

    Result<std::shared_ptr<const Blob>> find(const BlobName& name) override;
    Result<std::uint64_t> put(const BlobName& name, std::uint64_t offset, ByteView octets) override;
    Result<void> keep_only(std::span<const BlobName> names) override;
    /// What was put here since, whole or in part, also what was here already; the size of a part is the part's.
    [[nodiscard]] Result<std::vector<BlobName>> put_since(WallTime since) const;

private:
    FolderShelf(std::string path, UniqueFd folder, std::vector<std::string> by_hand)
        : path_(std::move(path)), folder_(std::move(folder)), by_hand_(std::move(by_hand)) {}
    [[nodiscard]] Result<std::vector<std::string>> files() const;
    [[nodiscard]] Result<bool> has_anew(const BlobName& name);
    [[nodiscard]] Result<std::uint64_t> size_of(const std::string& file) const;
    [[nodiscard]] Result<void> finish(const BlobName& name);
    [[nodiscard]] Result<std::shared_ptr<const Blob>> copy_by_hand(const BlobName& name);

    std::string path_;
    UniqueFd folder_;
    std::vector<std::string> by_hand_;
    std::map<Digest, std::shared_ptr<const Blob>> open_;  // hashed once, and mapped from then on
};

}  // namespace anchor::store
