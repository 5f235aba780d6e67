// SPDX-License-Identifier: Apache-2.0
#pragma once

// ImaTable: the reference digests of files as one sorted binary file, read where it lies (memory-mapped), without heap.
// The file may be hostile: every access stays inside it. Who decides by it first compares digest() with the signed
// manifest that names it and calls verify(), once.
//
// Form, little-endian: "ANCHIMA" 2 | SHA-256 over all that follows | size u64 | sections u16, six zeros | sections, each
// kind u16, algorithm u16 (TPM_ALG_ID), entry size u32, offset u64, length u64 | their octets.
// Kind 1: entries of path key and digest; kind 2: digests; kind 3: rules, each kind u8, zero, length u16, text; kind 4: for the
// entries of kind 1 with that algorithm, cut by the leading bits of their keys into 2^n parts of a few entries each, the number of
// the first entry of each part and at last their count, u32 each.
// Entries are sorted as octets and unique. A path key is SipHash-2-4 over the path, 16 octets.

#include <array>
#include <optional>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/digest.h>

namespace anchor::measure {

inline constexpr std::size_t kImaPathKey = 16;
inline constexpr std::size_t kImaTableSections = 16;
inline constexpr std::size_t kImaTableRules = std::size_t{64} << 10U;  ///< octets of all rules together

/// What the table does not judge.
enum class ImaRule : std::uint8_t {
    ExcludePath = 1,    ///< this very path
    ExcludePrefix = 2,  ///< every path that begins like this
};

enum class ImaLookup : std::uint8_t {
    Known,        ///< the digest is the path's, or is one that may have any path
    Changed,      ///< the path has other digests
    UnknownPath,  ///< neither path nor digest
    NoReference,  ///< the table has nothing in this algorithm
};

class ImaTable {
public:
    /// Checks header and sections, whose octets the caller keeps alive and unchanged. Does not look at the entries: a
    /// table of any size opens in the same time. Rejected where something does not fit, naming it.
    [[nodiscard]] static Result<ImaTable> open(ByteView file);

    /// SHA-256 over everything behind it, as the header says: the name of this table in a manifest.
    [[nodiscard]] Digest digest() const noexcept;
    /// Hashes the file and looks at the order of all entries and at the indices. Rejected: not what the header says, not
    /// sorted, or indexed wrongly. Without it a damaged table may not find what it has; it never finds what it has not.
    [[nodiscard]] Result<void> verify() const;

    struct Found {
        ImaLookup lookup = ImaLookup::NoReference;
        ByteView expected;  ///< where Changed: the first of the path's digests
    };
    /// Spaces in the path count as '_', as in the kernel's list.
    [[nodiscard]] Found find(std::string_view path, const Digest& digest) const noexcept;
    /// The same in two steps: between them the processor fetches the entries, while the caller has something else to do.
    struct Place {
        HashAlg alg = HashAlg::Sha256;
        std::array<std::uint8_t, kImaPathKey> key{};
        std::size_t low = 0;
        std::size_t high = 0;
    };
    [[nodiscard]] Place place_of(std::string_view path, HashAlg alg) const noexcept;
    [[nodiscard]] Found find(const Place& place, const Digest& digest) const noexcept;
    /// A rule says that nobody judges this path.
    [[nodiscard]] bool excludes(std::string_view path) const noexcept;

    /// Entries of both kinds.
    [[nodiscard]] std::uint64_t size() const noexcept;

private:
    enum class Kind : std::uint8_t { ByPath = 1, ByDigest = 2, Rules = 3, Index = 4 };
    struct Section {
        Kind kind = Kind::Rules;
        HashAlg alg = HashAlg::Sha256;
        std::size_t entry_size = 0;
        ByteView octets;
        [[nodiscard]] std::size_t count() const noexcept { return entry_size == 0 ? 0 : octets.size() / entry_size; }
        [[nodiscard]] ByteView entry(std::size_t index) const noexcept { return octets.subspan(index * entry_size, entry_size); }
    };
    ImaTable() = default;
    [[nodiscard]] static Result<Section> read_section(ByteView file, std::size_t index);
    [[nodiscard]] const Section* section(Kind kind, HashAlg alg) const noexcept;
    [[nodiscard]] static std::size_t lower_bound(const Section& section, std::size_t low, std::size_t high, ByteView wanted) noexcept;
    [[nodiscard]] Result<void> verify_index(const Section& index) const;

    ByteView file_;
    std::array<Section, kImaTableSections> sections_;
    std::size_t section_count_ = 0;
};

/// The key of a path in the table.
[[nodiscard]] std::array<std::uint8_t, kImaPathKey> ima_path_key(std::string_view path) noexcept;

}  // namespace anchor::measure
