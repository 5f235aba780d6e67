// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>

#include <anchor/tpmwire/public_area.h>
#include <anchor/tpmwire/templates.h>

namespace anchor::tpmwire {

namespace {

namespace oa = object_attribute;

struct Attribute {
    std::uint32_t bit;
    std::string_view name;
};

constexpr Attribute kFixedTpm{oa::kFixedTpm, "fixedTPM"};
constexpr Attribute kStClear{oa::kStClear, "stClear"};
constexpr Attribute kFixedParent{oa::kFixedParent, "fixedParent"};
constexpr Attribute kSensitiveDataOrigin{oa::kSensitiveDataOrigin, "sensitiveDataOrigin"};
constexpr Attribute kUserWithAuth{oa::kUserWithAuth, "userWithAuth"};
constexpr Attribute kAdminWithPolicy{oa::kAdminWithPolicy, "adminWithPolicy"};
constexpr Attribute kNoDa{oa::kNoDa, "noDA"};
constexpr Attribute kEncryptedDuplication{oa::kEncryptedDuplication, "encryptedDuplication"};
constexpr Attribute kRestricted{oa::kRestricted, "restricted"};
constexpr Attribute kDecrypt{oa::kDecrypt, "decrypt"};
constexpr Attribute kSign{oa::kSign, "sign"};
constexpr Attribute kX509Sign{oa::kX509Sign, "x509sign"};

Result<void> check_attributes(const PublicArea& area, std::initializer_list<Attribute> set, std::initializer_list<Attribute> clear) {
    for (const auto& attribute : set) {
        if (!area.has(attribute.bit)) return rejected(std::string(attribute.name) + " must be set");
    }
    for (const auto& attribute : clear) {
        if (area.has(attribute.bit)) return rejected(std::string(attribute.name) + " must be clear");
    }
    return {};
}

bool fits(SignatureScheme scheme, KeyAlg key) { return (scheme == SignatureScheme::Ecdsa) == is_elliptic(key); }

// What every signing key of ours must have: strong hashes, a scheme for its kind, no symmetric part, a real key.
Result<void> check_signing(const PublicArea& area) {
    if (area.name_alg == HashAlg::Sha1) return rejected("nameAlg must not be SHA-1");
    if (area.scheme && area.scheme->hash == HashAlg::Sha1) return rejected("the scheme's hash must not be SHA-1");
    if (area.scheme && !fits(area.scheme->scheme, area.key_alg)) return rejected("the scheme is not one of this key type");
    if (area.protection) return rejected("a signing key must have no symmetric algorithm");
    if (const auto key = public_key_of(area); !key) return key.error().within("unique");
    return {};
}

Result<void> attestation_key(const PublicArea& area) {
    ANCHOR_RETURN_IF_ERROR(check_attributes(area, {kFixedTpm, kFixedParent, kSensitiveDataOrigin, kNoDa, kRestricted, kSign},
                                            {kStClear, kEncryptedDuplication, kDecrypt, kX509Sign}));
    ANCHOR_RETURN_IF_ERROR(check_signing(area));
    if (!area.scheme) return rejected("a restricted key must have a scheme");
    return {};
}

Result<void> device_key(const PublicArea& area, const Digest& auth_policy) {
    ANCHOR_RETURN_IF_ERROR(
        check_attributes(area, {kFixedTpm, kFixedParent, kSensitiveDataOrigin, kNoDa, kSign},
                         {kStClear, kEncryptedDuplication, kRestricted, kDecrypt, kX509Sign, kUserWithAuth, kAdminWithPolicy}));
    if (area.name_alg != auth_policy.alg()) return rejected("nameAlg must be " + std::string(to_string(auth_policy.alg())));
    if (!equal(area.auth_policy, auth_policy.view())) return rejected("authPolicy is not the one demanded");
    return check_signing(area);
}

Result<void> endorsement_key(const PublicArea& area) {
    ANCHOR_RETURN_IF_ERROR(check_attributes(area, {kFixedTpm, kFixedParent, kSensitiveDataOrigin, kAdminWithPolicy, kRestricted, kDecrypt},
                                            {kStClear, kEncryptedDuplication, kSign, kX509Sign}));
    if (endorsement_profile_of(area) == nullptr) return rejected("it is made from none of the TCG's templates");
    if (const auto key = public_key_of(area); !key) return key.error().within("unique");
    return {};
}

Result<void> within(Result<void> checked, std::string_view whose) {
    if (!checked) return std::move(checked).error().within(whose);
    return {};
}

}  // namespace

Result<void> check_endorsement_key(const PublicArea& area) { return within(endorsement_key(area), "endorsement key"); }

Result<void> check_attestation_key(const PublicArea& area) { return within(attestation_key(area), "attestation key"); }

Result<void> check_device_key(const PublicArea& area, const Digest& auth_policy) {
    return within(device_key(area, auth_policy), "device key");
}

}  // namespace anchor::tpmwire
