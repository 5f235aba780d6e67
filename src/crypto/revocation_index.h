// SPDX-License-Identifier: Apache-2.0
#pragma once

// RevocationIndex: finds an entry of a revocation list by its serial number. The entries stay where they are, in the list's own octets;
// the index has eight octets for each: a part of a hash of the serial number, and where the entry stands. What the hash
// finds is compared with the serial number itself, so an answer is never a guess. Whoever chooses serial numbers with equal
// hashes makes a look-up logarithmic, not linear.

#include <optional>
#include <vector>

#include <anchor/crypto/crl.h>

namespace anchor::crypto {

/// Hands with the list's octets: they must outlive it and not move. Any thread.
class RevocationIndex {
public:
    /// `entries` is the content of revokedCertificates, inside `list`. Rejected: see Crl::from_der.
    [[nodiscard]] static Result<RevocationIndex> build(ByteView list, ByteView entries, bool delta);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t memory() const noexcept {
        return entries_.capacity() * sizeof(std::uint64_t) + starts_.capacity() * sizeof(std::uint32_t);
    }
    [[nodiscard]] std::optional<RevocationEntry> find(ByteView serial) const noexcept;

private:
    RevocationIndex() = default;
    void place();
    void distribute(std::size_t first, std::size_t count, std::size_t width);
    void sort();
    [[nodiscard]] Result<void> check_each_once() const;
    [[nodiscard]] ByteView serial_of(std::uint64_t packed) const noexcept;
    [[nodiscard]] std::size_t bucket_of(std::uint64_t packed) const noexcept;

    ByteView list_;
    std::vector<std::uint64_t> entries_;  // hash above, offset below; sorted by hash, then by serial number
    std::vector<std::uint32_t> starts_;   // of each bucket, and the end
    unsigned bucket_bits_ = 0;
};

}  // namespace anchor::crypto
