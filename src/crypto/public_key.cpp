// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/public_key.h>

#include <algorithm>
#include <optional>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "der.h"
#include "mbedtls_error.h"
#include "mbedtls_names.h"
#include "mbedtls_owned.h"
#include "oids.h"
#include "pem.h"
#include "signature_check.h"

namespace anchor::crypto {
namespace {

constexpr std::uint8_t kUncompressed = 0x04;
constexpr std::string_view kPemLabel = "PUBLIC KEY";

std::optional<KeyAlg> rsa_alg(ByteView modulus) {
    if (modulus.empty() || (modulus[0] & 0x80U) == 0) return std::nullopt;  // not exactly 8 × size bits
    for (const KeyAlg alg : {KeyAlg::Rsa2048, KeyAlg::Rsa3072, KeyAlg::Rsa4096}) {
        if (modulus.size() * 8 == rsa_bits(alg)) return alg;
    }
    return std::nullopt;
}

Result<Bytes> padded(ByteView number, std::size_t size) {
    while (number.size() > size && number[0] == 0) number = number.subspan(1);
    if (number.size() > size) return rejected("public key: coordinate longer than its field");
    Bytes out(size - number.size(), 0);
    append(out, number);
    return out;
}

Bytes ec_spki(KeyAlg curve, ByteView point) {
    const ByteView name = curve == KeyAlg::EcP256 ? ByteView(oids::kP256) : ByteView(oids::kP384);
    return der::sequence({der::sequence({der::oid(oids::kEcPublicKey), der::oid(name)}), der::bit_string(point)});
}

Bytes rsa_spki(ByteView modulus, std::uint32_t exponent) {
    const Bytes key = der::sequence({der::unsigned_integer(modulus), der::small_integer(exponent)});
    return der::sequence({der::sequence({der::oid(oids::kRsaEncryption), der::null()}), der::bit_string(key)});
}

Result<PublicKey> from_ec_bits(ByteView curve_oid, ByteView point) {
    const KeyAlg curve = equal(curve_oid, oids::kP384) ? KeyAlg::EcP384 : KeyAlg::EcP256;
    if (curve == KeyAlg::EcP256 && !equal(curve_oid, oids::kP256)) return rejected("public key: curve " + der::oid_text(curve_oid));
    const std::size_t size = field_size(curve);
    if (point.size() != 1 + 2 * size || point[0] != kUncompressed) return rejected("public key: no uncompressed point of its curve");
    return PublicKey::from_ec_point(curve, point.subspan(1, size), point.subspan(1 + size));
}

Result<PublicKey> from_rsa_bits(ByteView bits) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader key, der::read_only(bits, der::kSequence, "RSA public key"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView modulus, key.unsigned_integer("modulus"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint32_t exponent, key.small_integer("public exponent"));
    ANCHOR_RETURN_IF_ERROR(key.expect_end("RSA public key"));
    return PublicKey::from_rsa(modulus, exponent);
}

}  // namespace

Result<PublicKey> PublicKey::from_spki(ByteView octets) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader spki, der::read_only(octets, der::kSequence, "public key"));
    ANCHOR_ASSIGN_OR_RETURN(der::Reader algorithm, spki.enter(der::kSequence, "public key algorithm"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView bits, spki.bit_octets("public key bits"));
    ANCHOR_RETURN_IF_ERROR(spki.expect_end("public key"));

    ANCHOR_ASSIGN_OR_RETURN(const der::Element name, algorithm.expect(der::kOid, "public key algorithm"));
    if (equal(name.content, oids::kEcPublicKey)) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element curve, algorithm.expect(der::kOid, "named curve"));
        ANCHOR_RETURN_IF_ERROR(algorithm.expect_end("public key algorithm"));
        return from_ec_bits(curve.content, bits);
    }
    if (equal(name.content, oids::kRsaEncryption)) {
        ANCHOR_ASSIGN_OR_RETURN(const der::Element parameters, algorithm.expect(der::kNull, "RSA parameters"));
        if (!parameters.content.empty()) return rejected("RSA parameters: NULL with content");
        ANCHOR_RETURN_IF_ERROR(algorithm.expect_end("public key algorithm"));
        return from_rsa_bits(bits);
    }
    return rejected("public key: algorithm " + der::oid_text(name.content));
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes der, pem_block(pem, kPemLabel));
    return from_spki(der);
}

Result<PublicKey> PublicKey::from_ec_point(KeyAlg curve, ByteView x, ByteView y) {
    if (!is_elliptic(curve)) return rejected("public key: " + std::string(to_string(curve)) + " has no coordinates");
    ANCHOR_ASSIGN_OR_RETURN(const Bytes full_x, padded(x, field_size(curve)));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes full_y, padded(y, field_size(curve)));
    Bytes bits{kUncompressed};
    append(bits, full_x);
    append(bits, full_y);

    EcGroup group;
    EcPoint point;
    int code = mbedtls_ecp_group_load(group.get(), group_id(curve));
    if (code == 0) code = mbedtls_ecp_point_read_binary(group.get(), point.get(), bits.data(), bits.size());
    if (code == 0) code = mbedtls_ecp_check_pubkey(group.get(), point.get());
    if (code != 0) return from_mbedtls("public key: not on its curve", code);
    return PublicKey(curve, ec_spki(curve, bits));
}

Result<PublicKey> PublicKey::from_rsa(ByteView modulus, std::uint32_t exponent) {
    while (!modulus.empty() && modulus[0] == 0) modulus = modulus.subspan(1);
    const auto alg = rsa_alg(modulus);
    if (!alg) return rejected("public key: RSA modulus is not of 2048, 3072 or 4096 bits");
    if ((modulus.back() & 1U) == 0) return rejected("public key: RSA modulus is even");
    if (exponent < 3 || (exponent & 1U) == 0) return rejected("public key: RSA exponent is even or below 3");
    PublicKey key(*alg, rsa_spki(modulus, exponent));
    key.modulus_ = to_bytes(modulus);
    key.exponent_ = exponent;
    return key;
}

std::string PublicKey::pem() const { return to_pem(kPemLabel, spki_); }

// Our own DER: the BIT STRING is the last element of spki(), and its length follows from the algorithm.
ByteView PublicKey::key_bits() const noexcept {
    if (is_elliptic(alg_)) return ByteView(spki_).last(1 + 2 * field_size(alg_));
    const std::size_t exponent_size = der::small_integer(exponent_).size();
    const std::size_t content = 4 + 1 + modulus_.size() + exponent_size;  // INTEGER header, leading zero
    return ByteView(spki_).last(4 + content);                             // SEQUENCE header
}

ByteView PublicKey::x() const noexcept {
    if (!is_elliptic(alg_)) return {};
    return ByteView(spki_).last(2 * field_size(alg_)).first(field_size(alg_));
}

ByteView PublicKey::y() const noexcept { return is_elliptic(alg_) ? ByteView(spki_).last(field_size(alg_)) : ByteView(); }

// RFC 7638 §3: the required members alone, sorted, without white space. All values are base64url: nothing to escape.
std::string PublicKey::thumbprint() const {
    std::string jwk;
    if (is_elliptic(alg_)) {
        jwk = R"({"crv":")" + std::string(alg_ == KeyAlg::EcP256 ? "P-256" : "P-384") + R"(","kty":"EC","x":")" + to_base64url(x()) +
              R"(","y":")" + to_base64url(y()) + R"("})";
    } else {
        Bytes exponent;
        for (std::uint32_t rest = exponent_; rest != 0; rest >>= 8U) exponent.insert(exponent.begin(), static_cast<std::uint8_t>(rest));
        jwk = R"({"e":")" + to_base64url(exponent) + R"(","kty":"RSA","n":")" + to_base64url(modulus_) + R"("})";
    }
    return to_base64url(hash(HashAlg::Sha256, as_bytes(jwk)).view());
}

Result<void> PublicKey::verify(SignatureScheme scheme, const Digest& digest, ByteView signature) const {
    if (digest.alg() == HashAlg::Sha1) return rejected("signature: SHA-1 proves nothing");
    if (is_elliptic(alg_) != (scheme == SignatureScheme::Ecdsa)) return rejected("signature: scheme does not fit the key");
    return is_elliptic(alg_) ? check_ecdsa(*this, digest.view(), signature)
                             : check_rsa(*this, scheme, md_type(digest.alg()), digest.view(), signature);
}

Result<Bytes> ecdsa_to_der(KeyAlg curve, ByteView raw) {
    const std::size_t size = field_size(curve);
    if (size == 0 || raw.size() != 2 * size) return rejected("ECDSA signature: not as long as this curve's");
    return der::sequence({der::unsigned_integer(raw.first(size)), der::unsigned_integer(raw.last(size))});
}

Result<Bytes> ecdsa_from_der(KeyAlg curve, ByteView octets) {
    ANCHOR_ASSIGN_OR_RETURN(der::Reader numbers, der::read_only(octets, der::kSequence, "ECDSA signature"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView r, numbers.unsigned_integer("ECDSA r"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView s, numbers.unsigned_integer("ECDSA s"));
    ANCHOR_RETURN_IF_ERROR(numbers.expect_end("ECDSA signature"));
    const std::size_t size = field_size(curve);
    if (r.size() > size || s.size() > size) return rejected("ECDSA signature: number longer than the field");
    Bytes raw(2 * size, 0);
    std::ranges::copy(r, raw.begin() + static_cast<std::ptrdiff_t>(size - r.size()));
    std::ranges::copy(s, raw.end() - static_cast<std::ptrdiff_t>(s.size()));
    return raw;
}

}  // namespace anchor::crypto
