// SPDX-License-Identifier: Apache-2.0
#pragma once

// Crl: a certificate revocation list (RFC 5280 §5), full or delta, read from strangers or issued by us. Indirect lists, and those
// that name some reasons only, are refused: half an answer to "is it revoked?" is no answer. A delta is half an answer too; who has
// the full list that it changes asks both (see chain.h).
//
// A list of a million entries is no rarity. It stays in its own octets, which may be a mapped file, and needs eight to nine octets of
// memory an entry beside them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/shared_octets.h>
#include <anchor/base/time.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate.h>

namespace anchor::crypto {

/// RFC 5280 §5.3.1; the value is the one on the list.
enum class CrlReason : std::uint8_t {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,  ///< on delta lists alone: it is revoked no longer
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
};
/// In words: "key compromise".
[[nodiscard]] std::string_view to_string(CrlReason reason) noexcept;
[[nodiscard]] std::optional<CrlReason> crl_reason_from(std::uint64_t code) noexcept;

/// What a list says of one certificate.
struct RevocationEntry {
    WallTime since{};
    CrlReason reason = CrlReason::Unspecified;
    friend bool operator==(const RevocationEntry&, const RevocationEntry&) = default;
};

/// A value; copies share the immutable content. Any thread.
class Crl {
public:
    static constexpr std::size_t kMaxSize = 64U << 20U;  ///< about one and a half million entries

    /// Rejected: not DER, octets after the end, larger than kMaxSize, an issuer's name above 4 KiB, a key identifier above 64 octets,
    /// without nextUpdate, an unknown critical extension (of the list or of an entry), a serial number twice, an entry that is "removed" on
    /// a full list, a distribution point that covers some reasons, authorities or attributes only or is another issuer's. Proves nothing
    /// about who made it: see verify_signature.
    [[nodiscard]] static Result<Crl> from_der(ByteView der);
    /// The same without a copy of the octets.
    [[nodiscard]] static Result<Crl> from_octets(SharedOctets der);
    /// The same from a file that is replaced and never written to in place: it is mapped. Unavailable, Denied: it can't be read.
    [[nodiscard]] static Result<Crl> from_file(const std::string& path);
    /// Exactly one "X509 CRL" block (RFC 7468 §6).
    [[nodiscard]] static Result<Crl> from_pem(std::string_view pem);

    [[nodiscard]] ByteView der() const noexcept;
    [[nodiscard]] SharedOctets octets() const noexcept;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] const std::string& issuer() const noexcept;
    [[nodiscard]] ByteView issuer_name() const noexcept;
    /// Empty where the extension is missing.
    [[nodiscard]] ByteView authority_key_id() const noexcept;
    /// The CRL number; none where the extension is missing. Numbers above 64 bits are refused when reading.
    [[nodiscard]] std::optional<std::uint64_t> number() const noexcept;
    /// Of a delta list: the number of the oldest full list that it can be applied to (BaseCRLNumber, RFC 5280 §5.2.4).
    [[nodiscard]] std::optional<std::uint64_t> base() const noexcept;
    /// Whether it says nothing about certificates of authorities (issuing distribution point, RFC 5280 §5.2.5).
    [[nodiscard]] bool only_end_entities() const noexcept;
    [[nodiscard]] WallTime this_update() const noexcept;
    [[nodiscard]] WallTime next_update() const noexcept;

    /// How many certificates it speaks of.
    [[nodiscard]] std::size_t size() const noexcept;
    /// What it says of the certificate with this serial number; nothing where it does not speak of it. Exact, and logarithmic at worst.
    [[nodiscard]] std::optional<RevocationEntry> find(ByteView serial) const noexcept;
    /// Since when the certificate is revoked by this list alone.
    [[nodiscard]] std::optional<WallTime> revoked_at(ByteView serial) const noexcept;
    [[nodiscard]] bool is_revoked(ByteView serial) const noexcept { return revoked_at(serial).has_value(); }
    /// Octets of memory beside der().
    [[nodiscard]] std::size_t index_memory() const noexcept;

    /// Whether this key made the list's signature. Rejected otherwise, and always for SHA-1. A large list is hashed once, however many keys
    /// are tried, and the key that did is remembered.
    [[nodiscard]] Result<void> verify_signature(const PublicKey& issuer) const;

private:
    struct State;
    explicit Crl(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// What a full list and the delta that belongs to it say together: the delta has the last word (RFC 5280 §5.2.4). A delta that does not fit
/// the list's number has none.
[[nodiscard]] std::optional<RevocationEntry> find(const Crl& full, const Crl* delta, ByteView serial) noexcept;
/// Whether the delta changes this list: same issuer, base not above the list's number, a number above it.
[[nodiscard]] bool fits(const Crl& delta, const Crl& full) noexcept;

struct RevokedCertificate {
    Bytes serial;  ///< big-endian
    WallTime since;
    CrlReason reason = CrlReason::Unspecified;
};

/// What a list says, apart from who says it.
struct CrlContent {
    std::uint64_t number = 0;
    WallTime this_update;
    WallTime next_update;
    std::vector<RevokedCertificate> revoked;
    std::optional<std::uint64_t> base = std::nullopt;  ///< makes it a delta list
    bool only_end_entities = false;                    ///< says so in an issuing distribution point
};

/// Issues a list, signed by the issuer's key. Rejected: the key is not the certificate's, the certificate may not
/// sign lists, nextUpdate is not after thisUpdate, a serial number twice, a base that is not below the number, what from_der()
/// refuses. The DeviceKey's errors come through.
[[nodiscard]] Result<Crl> issue_crl(const Certificate& issuer, DeviceKey& key, const CrlContent& content);

}  // namespace anchor::crypto
