// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/templates.h>

#include <gtest/gtest.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

// The digests as TCG EK Credential Profile 2.5 prints them (annex B.6).
TEST(EndorsementPolicies, AreThoseOfTheProfile) {
    EXPECT_EQ(to_hex(endorsement_policy_a(HashAlg::Sha256).view()), "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
    EXPECT_EQ(to_hex(endorsement_policy_b(HashAlg::Sha256).view()), "ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0");
    EXPECT_EQ(to_hex(endorsement_policy_c(HashAlg::Sha256).view()), "3767e2edd43ff45a3a7e1eaefcef78643dca964632e7aad82c673a30d8633fde");
    EXPECT_EQ(to_hex(endorsement_policy_b(HashAlg::Sha384).view()),
              "b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12");
    EXPECT_EQ(to_hex(endorsement_policy_b(HashAlg::Sha512).view()),
              "b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a429c41a6b269571d57edb25fbdb183842"
              "5608b413cd616a5f6db5b6071af99bea");
}

TEST(EndorsementProfiles, AreFoundFromKeysThatToolsMade) {
    EXPECT_EQ(endorsement_profile_of(area_of("ek_rsa2048")), endorsement_profile_at(0x01C00002));
    EXPECT_EQ(endorsement_profile_of(area_of("ek_p256")), endorsement_profile_at(0x01C0000A));
    EXPECT_EQ(endorsement_profile_of(area_of("ek_p384")), endorsement_profile_at(0x01C00016));
    EXPECT_EQ(endorsement_profile_of(area_of("srk")), nullptr);
}

TEST(EndorsementProfiles, AreWellFormed) {
    for (const auto& profile : endorsement_profiles()) {
        const auto again = parse_public_area(marshal(profile.area));
        ASSERT_TRUE(again) << profile.name << ": " << again.error().what;
        EXPECT_EQ(*again, profile.area) << profile.name;
    }
}

// EK Credential Profile 2.5, §2.2.1.6: the four cases, and what a maker may have got wrong.
TEST(EndorsementModel, IsTheCommonOneUnlessTheMakerLeftItsOwn) {
    const EndorsementProfile& profile = *endorsement_profile_at(0x01C0000A);
    PublicArea own = profile.area;
    own.unique.assign(32, 7);
    const Bytes of_maker = marshal(own);

    EXPECT_EQ(endorsement_model(profile, {}, {}).value(), profile.area);
    EXPECT_EQ(endorsement_model(profile, of_maker, {}).value(), own);
    PublicArea with_nonce = profile.area;
    with_nonce.unique[0] = 1;
    with_nonce.unique[1] = 2;
    EXPECT_EQ(endorsement_model(profile, of_maker, Bytes{1, 2}).value(), with_nonce);
}

TEST(EndorsementModel, RefusesWhatTheProfileDoesNotKnow) {
    const EndorsementProfile& profile = *endorsement_profile_at(0x01C0000A);
    const Bytes of_maker = marshal(profile.area);
    PublicArea weaker = profile.area;
    weaker.attributes &= ~object_attribute::kRestricted;

    for (const auto& refused : {endorsement_model(profile, {}, Bytes{1}), endorsement_model(profile, of_maker, Bytes(33, 1)),
                                endorsement_model(profile, marshal(weaker), {}), endorsement_model(profile, Bytes(40, 1), {}),
                                endorsement_model(profile, marshal(endorsement_profile_at(0x01C00002)->area), {})}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(refused.error().what.substr(0, 21), "endorsement key L-2: ");
    }
}

// The template of the low range has a unique field of zeros, which is part of what the key is derived from.
TEST(EndorsementProfiles, HaveTheUniqueFieldOfTheirRange) {
    EXPECT_EQ(endorsement_profile_at(0x01C00002)->area.unique, Bytes(256, 0));
    EXPECT_EQ(endorsement_profile_at(0x01C0000A)->area.unique_y, Bytes(32, 0));
    EXPECT_TRUE(endorsement_profile_at(0x01C00014)->area.unique.empty());
    EXPECT_EQ(endorsement_profile_at(0x01C00001), nullptr);
}

TEST(StorageRootTemplate, IsTheOneOfTheTcg) {
    PublicArea expected = area_of("srk");
    expected.unique.assign(32, 0);
    expected.unique_y.assign(32, 0);

    EXPECT_EQ(storage_root_template(KeyAlg::EcP256).value(), expected);
}

TEST(AttestationKeyTemplate, GivesWhatPassesTheCheck) {
    PublicArea made = attestation_key_template(KeyAlg::EcP384).value();
    made.unique = area_of("ak_p384").unique;
    made.unique_y = area_of("ak_p384").unique_y;

    EXPECT_EQ(made, area_of("ak_p384"));
    EXPECT_TRUE(check_attestation_key(made));
}

TEST(DeviceKeyTemplate, GivesWhatPassesTheCheck) {
    const Digest policy = Digest::from(HashAlg::Sha256, area_of("device_p256").auth_policy).value();
    PublicArea made = device_key_template(KeyAlg::EcP256, policy).value();
    made.unique = area_of("device_p256").unique;
    made.unique_y = area_of("device_p256").unique_y;

    EXPECT_EQ(made, area_of("device_p256"));
    EXPECT_TRUE(check_device_key(made, policy));
}

TEST(Templates, AreRefusedForKeysThatAreNotOffered) {
    EXPECT_FALSE(storage_root_template(KeyAlg::Rsa4096));
    EXPECT_FALSE(attestation_key_template(KeyAlg::Rsa3072));
    EXPECT_FALSE(device_key_template(KeyAlg::Rsa3072, Digest(HashAlg::Sha256)));
}

}  // namespace
}  // namespace anchor::tpmwire
