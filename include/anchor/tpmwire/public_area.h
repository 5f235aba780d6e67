// SPDX-License-Identifier: Apache-2.0
#pragma once

// PublicArea: what a TPM says about an asymmetric key it holds (TPMT_PUBLIC, TPM 2.0 Part 2 §12.2.4), its Name and
// its place in the hierarchy. Pure octets and values. Public areas come from devices and are foreign until an
// EK certificate, a credential or a certification has proven them: parsing one proves nothing.

#include <optional>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/device_id.h>
#include <anchor/core/digest.h>
#include <anchor/crypto/public_key.h>

namespace anchor::tpmwire {

/// TPMA_OBJECT, Part 2 §8.3.
namespace object_attribute {
inline constexpr std::uint32_t kFixedTpm = 1U << 1;
inline constexpr std::uint32_t kStClear = 1U << 2;
inline constexpr std::uint32_t kFixedParent = 1U << 4;
inline constexpr std::uint32_t kSensitiveDataOrigin = 1U << 5;
inline constexpr std::uint32_t kUserWithAuth = 1U << 6;
inline constexpr std::uint32_t kAdminWithPolicy = 1U << 7;
inline constexpr std::uint32_t kNoDa = 1U << 10;
inline constexpr std::uint32_t kEncryptedDuplication = 1U << 11;
inline constexpr std::uint32_t kRestricted = 1U << 16;
inline constexpr std::uint32_t kDecrypt = 1U << 17;
inline constexpr std::uint32_t kSign = 1U << 18;
inline constexpr std::uint32_t kX509Sign = 1U << 19;
}  // namespace object_attribute

/// How a storage key protects its children (TPMT_SYM_DEF_OBJECT, Part 2 §11.1.7).
enum class Protection : std::uint8_t { Aes128Cfb, Aes256Cfb };

/// The scheme a key is bound to (TPMT_ECC_SCHEME, TPMT_RSA_SCHEME; Part 2 §11.2).
struct KeyScheme {
    SignatureScheme scheme = SignatureScheme::Ecdsa;
    HashAlg hash = HashAlg::Sha256;
    friend bool operator==(const KeyScheme&, const KeyScheme&) = default;
};

/// An RSA or NIST-curve key. Everything else that TPMT_PUBLIC can carry is refused when parsed.
struct PublicArea {
    KeyAlg key_alg = KeyAlg::EcP256;
    HashAlg name_alg = HashAlg::Sha256;
    std::uint32_t attributes = 0;
    Bytes auth_policy;                     ///< empty or one digest of name_alg
    std::optional<Protection> protection;  ///< storage keys only
    std::optional<KeyScheme> scheme;       ///< none: the user of the key chooses
    std::uint32_t rsa_exponent = 0;        ///< 0 means 65537 (Part 2 §12.2.3.5)
    Bytes unique;                          ///< RSA: the modulus. ECC: x. As the TPM wrote it; empty or zero in a template
    Bytes unique_y;                        ///< ECC: y

    [[nodiscard]] bool has(std::uint32_t attribute) const noexcept { return (attributes & attribute) == attribute; }
    friend bool operator==(const PublicArea&, const PublicArea&) = default;
};

/// Reads TPMT_PUBLIC. Rejected: anything that marshal() would not write back octet for octet, leftovers,
/// key types, schemes and sizes that this project does not speak.
[[nodiscard]] Result<PublicArea> parse_public_area(ByteView tpmt_public);
/// The same from TPM2B_PUBLIC (Part 2 §12.2.5): with its size in front.
[[nodiscard]] Result<PublicArea> parse_sized_public_area(ByteView tpm2b_public);

/// TPMT_PUBLIC. Never fails for what parse_public_area() or a template gave. Aborts where a field is longer than the
/// structure allows.
[[nodiscard]] Bytes marshal(const PublicArea& area);
/// TPM2B_PUBLIC.
[[nodiscard]] Bytes marshal_sized(const PublicArea& area);

/// The key itself. Rejected where it is none: a template, a point that is not on its curve, a weak modulus.
[[nodiscard]] Result<crypto::PublicKey> public_key_of(const PublicArea& area);
/// The public area under which a TPM loads a foreign key to check signatures with (TPM2_LoadExternal): sign and
/// userWithAuth, no policy, no scheme. An authority that PolicyAuthorize names is known by the Name of this area.
[[nodiscard]] PublicArea external_key_area(const crypto::PublicKey& key, HashAlg name_alg);

/// nameAlg ‖ H(TPMT_PUBLIC): what the TPM knows the key by (Part 1 §16).
[[nodiscard]] Bytes name_of(const PublicArea& area);
/// The Name of a permanent handle, a hierarchy or a PCR: the handle itself (Part 1 §16).
[[nodiscard]] Bytes name_of_handle(std::uint32_t handle);
/// nameAlg ‖ H(parent's Qualified Name ‖ Name) (Part 1 §26.5). The parent's of a primary key is name_of_handle(hierarchy).
[[nodiscard]] Bytes qualified_name_of(const PublicArea& area, ByteView parent_qualified_name);

/// The id of the device whose first endorsement key this is. An attacker with an EK can describe it with other attributes
/// and so get another id for the same key: who relies on the id calls check_endorsement_key() first, and takes one
/// EK public key for one device.
[[nodiscard]] DeviceId device_id_of(const PublicArea& endorsement_key);

/// Rejected, with the name of the first property that is not as it must be:
/// An EK is, apart from its public key, exactly one of the TCG's templates (see templates.h).
[[nodiscard]] Result<void> check_endorsement_key(const PublicArea& area);
/// An AK is a restricted signing key, made in this TPM and bound to it: it signs only what the TPM itself says
/// (Part 1 §23). noDA, because a dictionary-attack lockout would silence it.
[[nodiscard]] Result<void> check_attestation_key(const PublicArea& area);
/// An LDevID is an unrestricted signing key, made in this TPM and bound to it, that nothing but `auth_policy` can
/// use: userWithAuth and adminWithPolicy clear.
[[nodiscard]] Result<void> check_device_key(const PublicArea& area, const Digest& auth_policy);

}  // namespace anchor::tpmwire
