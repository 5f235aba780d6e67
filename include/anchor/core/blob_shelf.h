// SPDX-License-Identifier: Apache-2.0
#pragma once

// BlobShelf: what is too large for a document and is named in one by its digest: tables of file digests, revocation lists. It comes
// in pieces or by hand, and counts only when all of it has the digest that a signed document names.

#include <memory>
#include <span>

#include <anchor/core/digest.h>

namespace anchor {

/// A blob by its content: SHA-256 over all of it, and its size.
struct BlobName {
    Digest sha256{HashAlg::Sha256};
    std::uint64_t size = 0;
    friend bool operator==(const BlobName&, const BlobName&) = default;
};

/// More is neither kept nor fetched.
inline constexpr std::uint64_t kLargestBlob = 64UL << 20U;

/// A whole blob, not on the heap. Its octets are those of its name, and stay so while it lives.
class Blob {
public:
    virtual ~Blob() = default;
    [[nodiscard]] virtual ByteView octets() const noexcept = 0;
};

/// One thread at a time: hashing and syncing a large blob takes long, so on a device the worker's.
class BlobShelf {
public:
    virtual ~BlobShelf() = default;

    /// nullptr where it is not here as a whole. What lies under its name and is something else is thrown away.
    [[nodiscard]] virtual Result<std::shared_ptr<const Blob>> find(const BlobName& name) = 0;
    /// Adds a piece and says up to where the blob is here now, also after a restart; a piece that begins elsewhere, and an empty one,
    /// change nothing. Rejected: empty, too large, a piece beyond its end, or complete and not what its name says: then it begins anew.
    [[nodiscard]] virtual Result<std::uint64_t> put(const BlobName& name, std::uint64_t offset, ByteView octets) = 0;
    /// Throws away everything else.
    [[nodiscard]] virtual Result<void> keep_only(std::span<const BlobName> names) = 0;
};

}  // namespace anchor
