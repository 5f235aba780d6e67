// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/templates.h>

#include <algorithm>
#include <array>

#include <anchor/tpmwire/nv_public.h>
#include <anchor/tpmwire/policy_digest.h>

namespace anchor::tpmwire {

namespace {

namespace oa = object_attribute;
namespace na = nv_attribute;

constexpr std::uint32_t kBound = oa::kFixedTpm | oa::kFixedParent | oa::kSensitiveDataOrigin;
constexpr std::uint32_t kEkLow = kBound | oa::kAdminWithPolicy | oa::kRestricted | oa::kDecrypt;
constexpr std::uint32_t kEkHigh = kEkLow | oa::kUserWithAuth;
constexpr std::uint32_t kStorageRoot = kBound | oa::kUserWithAuth | oa::kNoDa | oa::kRestricted | oa::kDecrypt;
constexpr std::uint32_t kAttestationKey = kBound | oa::kUserWithAuth | oa::kNoDa | oa::kRestricted | oa::kSign;
constexpr std::uint32_t kDeviceKey = kBound | oa::kNoDa | oa::kSign;

bool is_strong(KeyAlg alg) { return alg != KeyAlg::EcP256 && alg != KeyAlg::Rsa2048; }
HashAlg hash_for(KeyAlg alg) { return is_strong(alg) ? HashAlg::Sha384 : HashAlg::Sha256; }
Protection protection_for(KeyAlg alg) { return is_strong(alg) ? Protection::Aes256Cfb : Protection::Aes128Cfb; }

PublicArea storage_key(KeyAlg alg, std::uint32_t attributes, Bytes policy) {
    PublicArea area;
    area.key_alg = alg;
    area.name_alg = hash_for(alg);
    area.attributes = attributes;
    area.auth_policy = std::move(policy);
    area.protection = protection_for(alg);
    return area;
}

// The low range, and the storage root after it, have a unique field of zeros; the high range has an empty one.
PublicArea with_zeros(PublicArea area) {
    if (is_elliptic(area.key_alg)) {
        area.unique.assign(crypto::field_size(area.key_alg), 0);
        area.unique_y = area.unique;
    } else {
        area.unique.assign(256, 0);
    }
    return area;
}

EndorsementProfile low(std::string_view name, std::uint32_t index, KeyAlg alg) {
    const Bytes policy = to_bytes(endorsement_policy_a(hash_for(alg)).view());
    return {name, index, index + 1, index + 2, false, with_zeros(storage_key(alg, kEkLow, policy))};
}

EndorsementProfile high(std::string_view name, std::uint32_t index, KeyAlg alg) {
    return {name, index, 0, 0, true, storage_key(alg, kEkHigh, to_bytes(endorsement_policy_b(hash_for(alg)).view()))};
}

Error not_offered(std::string_view what, KeyAlg alg) {
    return rejected(std::string(what) + ": there is no template for " + std::string(to_string(alg)));
}

bool is_offered(KeyAlg alg) { return alg == KeyAlg::EcP256 || alg == KeyAlg::EcP384 || alg == KeyAlg::Rsa2048; }

}  // namespace

std::span<const EndorsementProfile> endorsement_profiles() {
    static const std::array profiles{
        low("L-2", 0x01C0000A, KeyAlg::EcP256),   high("H-2", 0x01C00014, KeyAlg::EcP256),  high("H-3", 0x01C00016, KeyAlg::EcP384),
        low("L-1", 0x01C00002, KeyAlg::Rsa2048),  high("H-1", 0x01C00012, KeyAlg::Rsa2048), high("H-6", 0x01C0001C, KeyAlg::Rsa3072),
        high("H-7", 0x01C0001E, KeyAlg::Rsa4096),
    };
    return profiles;
}

const EndorsementProfile* endorsement_profile_at(std::uint32_t certificate_index) {
    const auto all = endorsement_profiles();
    const auto found = std::ranges::find(all, certificate_index, &EndorsementProfile::certificate_index);
    return found == all.end() ? nullptr : &*found;
}

const EndorsementProfile* endorsement_profile_of(const PublicArea& area) {
    const auto all = endorsement_profiles();
    const auto found = std::ranges::find_if(all, [&](const EndorsementProfile& profile) {
        PublicArea expected = profile.area;
        expected.unique = area.unique;
        expected.unique_y = area.unique_y;
        return expected == area;
    });
    return found == all.end() ? nullptr : &*found;
}

Result<PublicArea> endorsement_model(const EndorsementProfile& profile, ByteView template_of_maker, ByteView nonce) {
    const std::string whose = "endorsement key " + std::string(profile.name) + ": ";
    if (template_of_maker.empty() && nonce.empty()) return profile.area;
    if (template_of_maker.empty()) return rejected(whose + "the TPM's maker left a nonce and no template for it");
    auto model = parse_public_area(template_of_maker);
    if (!model) return std::move(model).error().within(whose + "the template of the TPM's maker");
    if (endorsement_profile_of(*model) != &profile) return rejected(whose + "the template of the TPM's maker is another one");
    if (nonce.empty()) return model;
    PublicArea with = with_zeros(std::move(model).value());
    if (nonce.size() > with.unique.size()) return rejected(whose + "a nonce of " + std::to_string(nonce.size()) + " octets");
    std::ranges::copy(nonce, with.unique.begin());
    return with;
}

Digest endorsement_policy_a(HashAlg alg) { return PolicyDigest(alg).secret(name_of_handle(kEndorsementHierarchy)).value(); }

Digest endorsement_policy_c(HashAlg alg) {
    // Policy index I-1, I-2 or I-3 (annex B.6.3); only the owner of the endorsement hierarchy can write it.
    NvPublic index;
    index.index = alg == HashAlg::Sha256 ? 0x01C07F01 : alg == HashAlg::Sha384 ? 0x01C07F02 : 0x01C07F03;
    index.name_alg = alg;
    index.attributes =
        na::kPolicyWrite | na::kWriteAll | na::kPpRead | na::kOwnerRead | na::kAuthRead | na::kPolicyRead | na::kNoDa | na::kWritten;
    index.auth_policy = to_bytes(endorsement_policy_a(alg).view());
    index.data_size = static_cast<std::uint16_t>(2 + digest_size(alg));
    return PolicyDigest(alg).authorize_nv(name_of(index)).value();
}

Digest endorsement_policy_b(HashAlg alg) {
    const std::array branches{endorsement_policy_a(alg), endorsement_policy_c(alg)};
    return PolicyDigest(alg).either(branches).value();
}

Result<PublicArea> storage_root_template(KeyAlg alg) {
    if (!is_offered(alg)) return not_offered("storage root key", alg);
    PublicArea area = storage_key(alg, kStorageRoot, {});
    return alg == KeyAlg::EcP384 ? area : with_zeros(std::move(area));
}

Result<PublicArea> attestation_key_template(KeyAlg alg) {
    if (!is_offered(alg)) return not_offered("attestation key", alg);
    PublicArea area;
    area.key_alg = alg;
    area.name_alg = hash_for(alg);
    area.attributes = kAttestationKey;
    area.scheme = KeyScheme{is_elliptic(alg) ? SignatureScheme::Ecdsa : SignatureScheme::RsaPkcs1, hash_for(alg)};
    return area;
}

Result<PublicArea> device_key_template(KeyAlg alg, const Digest& auth_policy) {
    if (!is_offered(alg)) return not_offered("device key", alg);
    PublicArea area;
    area.key_alg = alg;
    area.name_alg = auth_policy.alg();
    area.attributes = kDeviceKey;
    area.auth_policy = to_bytes(auth_policy.view());
    return area;
}

}  // namespace anchor::tpmwire
