// SPDX-License-Identifier: Apache-2.0
#pragma once

// PublicKey: a key that others sign with. What a PublicKey holds was checked when it was made: a point that lies on
// its curve, an RSA modulus of an accepted size. Keys come from strangers; everything here refuses what is weak.

#include <cstdint>
#include <string>
#include <string_view>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/algorithm.h>
#include <anchor/core/digest.h>

namespace anchor::crypto {

/// A plain value: equal values are equal keys, because every key is kept in its one DER spelling.
class PublicKey {
public:
    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 5480, RFC 8017 §A.1). Rejected: not DER, octets after the
    /// end, an algorithm outside KeyAlg, a point not on its curve, an even modulus or exponent, an exponent below 3.
    [[nodiscard]] static Result<PublicKey> from_spki(ByteView der);
    /// The same from one "PUBLIC KEY" block (RFC 7468 §13).
    [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);
    /// From affine coordinates, big-endian. Shorter ones are padded (a TPM leaves out leading zeros), longer ones and
    /// points not on the curve (infinity has no coordinates) are Rejected; so is a KeyAlg that is not elliptic.
    [[nodiscard]] static Result<PublicKey> from_ec_point(KeyAlg curve, ByteView x, ByteView y);
    /// From a big-endian modulus of exactly 2048, 3072 or 4096 bits and an odd public exponent of at least 3.
    [[nodiscard]] static Result<PublicKey> from_rsa(ByteView modulus, std::uint32_t exponent);

    [[nodiscard]] KeyAlg algorithm() const noexcept { return alg_; }
    /// SubjectPublicKeyInfo in DER: named curve and uncompressed point, or rsaEncryption.
    [[nodiscard]] ByteView spki() const noexcept { return spki_; }
    [[nodiscard]] std::string pem() const;
    /// The octets inside the BIT STRING of spki(): what SHA-1 of is a key identifier (RFC 5280 §4.2.1.2).
    [[nodiscard]] ByteView key_bits() const noexcept;

    /// Coordinates, each as long as the field; empty for RSA.
    [[nodiscard]] ByteView x() const noexcept;
    [[nodiscard]] ByteView y() const noexcept;
    /// Modulus without leading zeros, and exponent; empty and 0 for elliptic keys.
    [[nodiscard]] ByteView modulus() const noexcept { return modulus_; }
    [[nodiscard]] std::uint32_t exponent() const noexcept { return exponent_; }

    /// JWK thumbprint with SHA-256 in base64url (RFC 7638): the key id of this project's documents.
    [[nodiscard]] std::string thumbprint() const;

    /// Succeeds where the signature over the digest is right. Ecdsa takes r ‖ s and, where the digest is longer than
    /// the curve's order, its leftmost octets. Rejected: wrong signature, SHA-1, or a scheme that does not fit the key.
    /// Any thread.
    [[nodiscard]] Result<void> verify(SignatureScheme scheme, const Digest& digest, ByteView signature) const;

    friend bool operator==(const PublicKey&, const PublicKey&) = default;

private:
    PublicKey(KeyAlg alg, Bytes spki) : alg_(alg), spki_(std::move(spki)) {}

    KeyAlg alg_;
    Bytes spki_;
    Bytes modulus_;
    std::uint32_t exponent_ = 0;
};

/// Octets of one coordinate of an elliptic key and of one half of its signature; 0 for RSA.
[[nodiscard]] constexpr std::size_t field_size(KeyAlg alg) noexcept {
    return alg == KeyAlg::EcP256 ? 32U : alg == KeyAlg::EcP384 ? 48U : 0U;
}

/// ECDSA signature r ‖ s (RFC 7518 §3.4) as the DER of ECDSA-Sig-Value (RFC 3279 §2.2.3) and back. Rejected: a length
/// that is not twice field_size(curve); DER that is not the one encoding of two positive numbers that fit.
[[nodiscard]] Result<Bytes> ecdsa_to_der(KeyAlg curve, ByteView raw);
[[nodiscard]] Result<Bytes> ecdsa_from_der(KeyAlg curve, ByteView der);

}  // namespace anchor::crypto
