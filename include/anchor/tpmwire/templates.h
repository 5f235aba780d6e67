// SPDX-License-Identifier: Apache-2.0
#pragma once

// The public areas that keys are made from: endorsement keys by the TCG EK Credential Profile 2.5 (the same
// template gives the same key for the life of the TPM), the owner's storage root key by the TCG's provisioning guidance,
// and our own AK and LDevID. Values only; making keys is the business of tpm.

#include <span>
#include <string_view>

#include <anchor/tpmwire/public_area.h>

namespace anchor::tpmwire {

/// TPM_RH_* (Part 2 §7.4), as far as keys are made under them or policies name them.
inline constexpr std::uint32_t kOwnerHierarchy = 0x40000001;
inline constexpr std::uint32_t kEndorsementHierarchy = 0x4000000B;

/// One EK of the profile: its template and where the TPM's maker put its certificate.
struct EndorsementProfile {
    std::string_view name;            ///< "L-1" … "H-7", EK Credential Profile annex B
    std::uint32_t certificate_index;  ///< NV index of the certificate (DER)
    std::uint32_t nonce_index;        ///< NV index of the EK nonce; 0 where the profile has none (high range)
    std::uint32_t template_index;     ///< NV index of a maker's own template; 0 as above
    bool high_range;                  ///< policy B (an OR), and usable by password, but not noDA; low range: policy A
    PublicArea area;                  ///< with the unique field of the template
};

/// L-2, H-2, H-3, L-1, H-1, H-6, H-7: in the order in which this project prefers them.
[[nodiscard]] std::span<const EndorsementProfile> endorsement_profiles();
/// The profile with that certificate index, or nullptr.
[[nodiscard]] const EndorsementProfile* endorsement_profile_at(std::uint32_t certificate_index);
/// The profile that the key was made from (all but the unique field is equal), or nullptr.
[[nodiscard]] const EndorsementProfile* endorsement_profile_of(const PublicArea& area);

/// What that EK is made from on a TPM whose maker left these in NV memory; empty is what is not there (EK Credential Profile 2.5,
/// §2.2.1.6). Rejected: a nonce without a template or larger than the field that takes it; a template that differs from the profile's in
/// more than the unique field, for nobody could tell that its key is an EK.
[[nodiscard]] Result<PublicArea> endorsement_model(const EndorsementProfile& profile, ByteView template_of_maker, ByteView nonce);

/// The digests that the branches of an EK's policy have (annex B.6): A is PolicySecret(endorsement hierarchy), C is
/// PolicyAuthorizeNV of a policy index, B is PolicyOR(A, C).
[[nodiscard]] Digest endorsement_policy_a(HashAlg alg);
[[nodiscard]] Digest endorsement_policy_b(HashAlg alg);
[[nodiscard]] Digest endorsement_policy_c(HashAlg alg);

/// A storage root key in the owner hierarchy, noDA. EcP256, EcP384, Rsa2048; Rejected otherwise.
[[nodiscard]] Result<PublicArea> storage_root_template(KeyAlg alg);
/// A restricted signing key for attestation, noDA, usable with an empty password. EcP256, EcP384, Rsa2048; Rejected
/// otherwise.
[[nodiscard]] Result<PublicArea> attestation_key_template(KeyAlg alg);
/// An unrestricted signing key that only `auth_policy` can use, noDA; its nameAlg is the policy's algorithm. EcP256,
/// EcP384, Rsa2048; Rejected otherwise.
[[nodiscard]] Result<PublicArea> device_key_template(KeyAlg alg, const Digest& auth_policy);

}  // namespace anchor::tpmwire
