// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/public_area.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tss2/tss2_mu.h>

#include <anchor/tpmwire/nv_public.h>
#include <anchor/tpmwire/templates.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;

class MadeByATpm : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(PublicArea, MadeByATpm,
                         testing::Values("ek_rsa2048", "ek_p256", "ek_p384", "srk", "ak_p256", "ak_p384", "ak_rsa2048", "ak_rsa2048pss",
                                         "device_p256"));

TEST_P(MadeByATpm, IsWrittenBackOctetForOctet) {
    const Bytes octets = vector_of(std::string(GetParam()) + ".pub");

    const auto area = parse_sized_public_area(octets);

    ASSERT_TRUE(area) << area.error().what;
    EXPECT_EQ(marshal_sized(*area), octets);
    EXPECT_TRUE(public_key_of(*area));
}

TEST_P(MadeByATpm, HasTheNameThatTheTpmGivesIt) {
    const std::string key = GetParam();
    const auto parent = key.starts_with("ek_") ? name_of_handle(kEndorsementHierarchy)
                        : key == "srk"         ? name_of_handle(kOwnerHierarchy)
                                               : vector_of("parent.qname");

    EXPECT_EQ(name_of(area_of(key)), vector_of(key + ".name"));
    EXPECT_EQ(qualified_name_of(area_of(key), parent), vector_of(key + ".qname"));
}

TEST_P(MadeByATpm, IsReadTheSameByTheSoftwareStack) {
    const Bytes octets = vector_of(std::string(GetParam()) + ".pub");
    TPM2B_PUBLIC theirs{};
    std::size_t offset = 0;
    ASSERT_EQ(Tss2_MU_TPM2B_PUBLIC_Unmarshal(octets.data(), octets.size(), &offset, &theirs), TSS2_RC_SUCCESS);

    const auto ours = parse_sized_public_area(octets);

    ASSERT_TRUE(ours);
    EXPECT_EQ(tpm_alg_id(ours->name_alg), theirs.publicArea.nameAlg);
    EXPECT_EQ(ours->attributes, theirs.publicArea.objectAttributes);
    EXPECT_EQ(ours->auth_policy.size(), theirs.publicArea.authPolicy.size);
    EXPECT_EQ(is_elliptic(ours->key_alg), theirs.publicArea.type == TPM2_ALG_ECC);
}

TEST_P(MadeByATpm, IsRefusedWhereverItIsCutOff) {
    const Bytes whole = marshal(area_of(GetParam()));

    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(parse_public_area(ByteView(whole).first(size))) << size;
    }
}

TEST(PublicArea, WithOctetsBehindItIsRefused) {
    Bytes octets = marshal(area_of("ak_p256"));
    octets.push_back(0);

    const auto area = parse_public_area(octets);

    ASSERT_FALSE(area);
    EXPECT_THAT(area.error().what, HasSubstr("TPMT_PUBLIC"));
}

TEST(PublicArea, WhoseSizeLiesIsRefused) {
    Bytes octets = vector_of("ak_p256.pub");
    ++octets[1];

    const auto area = parse_sized_public_area(octets);

    ASSERT_FALSE(area);
    EXPECT_THAT(area.error().what, HasSubstr("size: says"));
}

TEST(PublicArea, WithReservedAttributesIsRefused) {
    PublicArea area = area_of("ak_p256");
    area.attributes |= 1U;

    const auto parsed = parse_public_area(marshal(area));

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("objectAttributes: reserved bits"));
}

TEST(PublicArea, WhosePolicyIsNoDigestOfItsNameAlgIsRefused) {
    PublicArea area = area_of("device_p256");
    area.auth_policy.pop_back();

    const auto parsed = parse_public_area(marshal(area));

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("authPolicy: 31 octets"));
}

TEST(PublicArea, OfAnotherKindOfObjectIsRefusedByItsType) {
    Bytes sealed = marshal(area_of("ak_p256"));
    sealed[1] = 0x08;  // TPM_ALG_KEYEDHASH

    const auto parsed = parse_public_area(sealed);

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("type: 8 is not known"));
}

TEST(PublicArea, OfATemplateHoldsNoKey) {
    for (const auto& profile : endorsement_profiles()) EXPECT_FALSE(public_key_of(profile.area)) << profile.name;
}

TEST(PublicArea, OfAnExternalKeyHasTheNameThatATpmGivesIt) {
    const auto key = crypto::PublicKey::from_pem(as_text(vector_of("authority.pem")));
    ASSERT_TRUE(key) << key.error().what;

    const PublicArea area = external_key_area(*key, HashAlg::Sha256);

    EXPECT_EQ(name_of(area), vector_of("authority.name"));
    EXPECT_EQ(public_key_of(area).value(), *key);
}

TEST(DeviceIdOfAnEndorsementKey, IsTheDigestOfTheAreaAndStays) {
    const DeviceId id = device_id_of(area_of("ek_p256"));

    EXPECT_EQ(id, device_id_of(area_of("ek_p256")));
    EXPECT_NE(id, device_id_of(area_of("ek_p384")));
    EXPECT_TRUE(DeviceId::parse(id.text()));
}

TEST(NvPublic, HasTheNameThatTheTpmGivesIt) {
    namespace na = nv_attribute;
    const NvPublic counter{
        .index = 0x01801000,
        .attributes = na::kCounter | na::kOwnerRead | na::kOwnerWrite | na::kAuthRead | na::kAuthWrite | na::kNoDa | na::kWritten,
        .auth_policy = {},
        .data_size = 8};

    EXPECT_EQ(to_hex(name_of(counter)), as_text(vector_of("nv.pub")));
    EXPECT_EQ(parse_nv_public(marshal(counter)).value(), counter);
}

TEST(NvPublic, OutsideTheNvRangeIsRefused) {
    const auto parsed = parse_nv_public(marshal(NvPublic{.index = 0x81000001, .auth_policy = {}}));

    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().what, HasSubstr("nvIndex"));
}

}  // namespace
}  // namespace anchor::tpmwire
