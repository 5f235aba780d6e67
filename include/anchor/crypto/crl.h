// SPDX-License-Identifier: Apache-2.0
#pragma once

// Crl: a full certificate revocation list (RFC 5280 §5), read from strangers or issued by us. Delta and indirect lists
// are refused: half an answer to "is it revoked?" is no answer.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/time.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate.h>

namespace anchor::crypto {

/// A value; copies share the immutable content. Any thread.
class Crl {
public:
    static constexpr std::size_t kMaxSize = 64U << 20U;  ///< about one and a half million entries

    /// Rejected: not DER, octets after the end, larger than kMaxSize, without nextUpdate, an unknown critical extension
    /// (of the list or of an entry), a serial number twice. Proves nothing about who made it: see verify_signature.
    [[nodiscard]] static Result<Crl> from_der(ByteView der);
    /// Exactly one "X509 CRL" block (RFC 7468 §6).
    [[nodiscard]] static Result<Crl> from_pem(std::string_view pem);

    [[nodiscard]] ByteView der() const noexcept;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] const std::string& issuer() const noexcept;
    [[nodiscard]] ByteView issuer_name() const noexcept;
    /// Empty where the extension is missing.
    [[nodiscard]] ByteView authority_key_id() const noexcept;
    /// The CRL number; none where the extension is missing. Numbers above 64 bits are refused when reading.
    [[nodiscard]] std::optional<std::uint64_t> number() const noexcept;
    [[nodiscard]] WallTime this_update() const noexcept;
    [[nodiscard]] WallTime next_update() const noexcept;

    /// How many certificates it revokes.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Since when the certificate with this serial number is revoked; none where it is not. Logarithmic.
    [[nodiscard]] std::optional<WallTime> revoked_at(ByteView serial) const noexcept;
    [[nodiscard]] bool is_revoked(ByteView serial) const noexcept { return revoked_at(serial).has_value(); }

    /// Whether this key made the list's signature. Rejected otherwise, and always for SHA-1.
    [[nodiscard]] Result<void> verify_signature(const PublicKey& issuer) const;

private:
    struct State;
    explicit Crl(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

struct RevokedCertificate {
    Bytes serial;  ///< big-endian
    WallTime since;
};

/// What a list says, apart from who says it.
struct CrlContent {
    std::uint64_t number = 0;
    WallTime this_update;
    WallTime next_update;
    std::vector<RevokedCertificate> revoked;
};

/// Issues a full list, signed by the issuer's key. Rejected: the key is not the certificate's, the certificate may not
/// sign lists, nextUpdate is not after thisUpdate, a serial number twice. The DeviceKey's errors come through.
[[nodiscard]] Result<Crl> issue_crl(const Certificate& issuer, DeviceKey& key, const CrlContent& content);

}  // namespace anchor::crypto
