// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/tpmwire/templates.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;
namespace oa = object_attribute;

Digest device_policy() { return Digest::from(HashAlg::Sha256, area_of("device_p256").auth_policy).value(); }

struct Flip {
    const char* name;
    std::uint32_t bit;
};
void PrintTo(const Flip& flip, std::ostream* out) { *out << flip.name; }

class AttestationKeyWith : public testing::TestWithParam<Flip> {};
class DeviceKeyWith : public testing::TestWithParam<Flip> {};
class EndorsementKeyWith : public testing::TestWithParam<Flip> {};

const auto kBound = {
    Flip{"fixedTPM", oa::kFixedTpm},    Flip{"fixedParent", oa::kFixedParent}, Flip{"sensitiveDataOrigin", oa::kSensitiveDataOrigin},
    Flip{"stClear", oa::kStClear},      Flip{"decrypt", oa::kDecrypt},         Flip{"sign", oa::kSign},
    Flip{"restricted", oa::kRestricted}};

INSTANTIATE_TEST_SUITE_P(Bound, AttestationKeyWith, testing::ValuesIn(kBound));
INSTANTIATE_TEST_SUITE_P(NoDa, AttestationKeyWith, testing::Values(Flip{"noDA", oa::kNoDa}));
INSTANTIATE_TEST_SUITE_P(Bound, DeviceKeyWith, testing::ValuesIn(kBound));
INSTANTIATE_TEST_SUITE_P(Usage, DeviceKeyWith,
                         testing::Values(Flip{"noDA", oa::kNoDa}, Flip{"userWithAuth", oa::kUserWithAuth},
                                         Flip{"adminWithPolicy", oa::kAdminWithPolicy}));
INSTANTIATE_TEST_SUITE_P(Bound, EndorsementKeyWith, testing::ValuesIn(kBound));
INSTANTIATE_TEST_SUITE_P(Usage, EndorsementKeyWith, testing::Values(Flip{"adminWithPolicy", oa::kAdminWithPolicy}));

TEST_P(AttestationKeyWith, TheWrongAttributeIsRefusedByName) {
    PublicArea area = area_of("ak_p256");
    ASSERT_TRUE(check_attestation_key(area));
    area.attributes ^= GetParam().bit;

    const auto checked = check_attestation_key(area);

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("attestation key: " + std::string(GetParam().name) + " must be"));
}

TEST_P(DeviceKeyWith, TheWrongAttributeIsRefusedByName) {
    PublicArea area = area_of("device_p256");
    ASSERT_TRUE(check_device_key(area, device_policy()));
    area.attributes ^= GetParam().bit;

    const auto checked = check_device_key(area, device_policy());

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("device key: " + std::string(GetParam().name) + " must be"));
}

TEST_P(EndorsementKeyWith, TheWrongAttributeIsRefusedByName) {
    PublicArea area = area_of("ek_p384");
    ASSERT_TRUE(check_endorsement_key(area));
    area.attributes ^= GetParam().bit;

    const auto checked = check_endorsement_key(area);

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("endorsement key: " + std::string(GetParam().name) + " must be"));
}

TEST(DeviceKey, WithAnotherPolicyIsRefused) {
    const auto checked = check_device_key(area_of("device_p256"), Digest(HashAlg::Sha256));

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("authPolicy is not the one demanded"));
}

TEST(DeviceKey, WithAPolicyOfAnotherHashIsRefused) {
    const auto checked = check_device_key(area_of("device_p256"), Digest(HashAlg::Sha384));

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("nameAlg must be sha384"));
}

TEST(AttestationKey, ThatHashesWithSha1IsRefused) {
    PublicArea area = area_of("ak_p256");
    area.scheme->hash = HashAlg::Sha1;

    const auto checked = check_attestation_key(area);

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("SHA-1"));
}

TEST(AttestationKey, WithoutASchemeIsRefused) {
    PublicArea area = area_of("ak_p256");
    area.scheme.reset();

    EXPECT_FALSE(check_attestation_key(area));
}

TEST(AttestationKey, WhosePointIsNotOnItsCurveIsRefused) {
    PublicArea area = area_of("ak_p256");
    area.unique[5] ^= 1U;

    const auto checked = check_attestation_key(area);

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("unique"));
}

// noDA is no attribute that an EK must have or not have by itself: but with it the key is none of the TCG's, and would be another device.
TEST(EndorsementKey, OfNoTemplateIsRefused) {
    PublicArea area = area_of("ek_p256");
    area.attributes |= oa::kNoDa;

    const auto checked = check_endorsement_key(area);

    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().what, HasSubstr("none of the TCG's templates"));
}

}  // namespace
}  // namespace anchor::tpmwire
