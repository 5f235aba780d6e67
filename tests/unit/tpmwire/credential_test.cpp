// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/credential.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/tpmwire/templates.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

using testing::HasSubstr;

struct SoftwareEk {
    crypto::SoftwareKey key;
    PublicArea area;

    explicit SoftwareEk(std::uint32_t index)
        : key(crypto::SoftwareKey::generate(endorsement_profile_at(index)->area.key_alg).value()),
          area(endorsement_profile_at(index)->area) {
        const auto& value = key.public_value();
        area.unique = to_bytes(is_elliptic(area.key_alg) ? value.x() : value.modulus());
        area.unique_y = to_bytes(value.y());
    }
};

class CredentialFor : public testing::TestWithParam<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Endorsement, CredentialFor, testing::Values(0x01C00002, 0x01C0000A, 0x01C00016),
                         [](const auto& made) { return "at_nv_" + std::to_string(made.param & 0xFFU); });

TEST_P(CredentialFor, TheKeyIsOpenedByIt) {
    const SoftwareEk ek(GetParam());
    const Bytes name = vector_of("ak_p384.name");
    const SecretBytes secret = SecretBytes::copy_of(as_bytes("a secret of the registry"));

    const auto credential = make_credential(ek.area, name, secret);
    ASSERT_TRUE(credential) << credential.error().what;
    const auto opened = activate_credential(ek.area, ek.key, name, *credential);

    ASSERT_TRUE(opened) << opened.error().what;
    EXPECT_TRUE(opened->matches(secret.view()));
}

class Credentials : public testing::Test {
protected:
    SoftwareEk ek_{0x01C0000A};
    Bytes name_ = vector_of("ak_p256.name");
    SecretBytes secret_ = SecretBytes::copy_of(as_bytes("secret"));
};

TEST_F(Credentials, AreNotOpenedForAnotherName) {
    const Credential credential = make_credential(ek_.area, name_, secret_).value();

    const auto opened = activate_credential(ek_.area, ek_.key, vector_of("ak_p384.name"), credential);

    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().what, HasSubstr("another key or name"));
}

TEST_F(Credentials, AreNotOpenedByAnotherKey) {
    const SoftwareEk other(0x01C0000A);
    const Credential credential = make_credential(ek_.area, name_, secret_).value();

    EXPECT_FALSE(activate_credential(other.area, other.key, name_, credential));
}

TEST_F(Credentials, AreNotOpenedWhereAnyOctetWasChanged) {
    const Credential credential = make_credential(ek_.area, name_, secret_).value();

    for (std::size_t i = 0; i < credential.id_object.size(); ++i) {
        Credential changed = credential;
        changed.id_object[i] ^= 1U;
        EXPECT_FALSE(activate_credential(ek_.area, ek_.key, name_, changed)) << i;
    }
}

TEST_F(Credentials, AreDifferentEveryTime) {
    const Credential one = make_credential(ek_.area, name_, secret_).value();
    const Credential two = make_credential(ek_.area, name_, secret_).value();

    EXPECT_NE(one.id_object, two.id_object);
    EXPECT_NE(one.encrypted_secret, two.encrypted_secret);
}

TEST_F(Credentials, AreNotMadeForSecretsThatNoTpmTakes) {
    EXPECT_FALSE(make_credential(ek_.area, name_, SecretBytes()));
    EXPECT_FALSE(make_credential(ek_.area, name_, SecretBytes(33)));
    EXPECT_TRUE(make_credential(ek_.area, name_, SecretBytes(32)));
}

TEST_F(Credentials, AreNotMadeForASigningKey) {
    const auto credential = make_credential(area_of("ak_p256"), name_, secret_);

    ASSERT_FALSE(credential);
    EXPECT_THAT(credential.error().what, HasSubstr("not a storage key"));
}

TEST_F(Credentials, AreNotMadeForANameThatIsNone) {
    EXPECT_FALSE(make_credential(ek_.area, {}, secret_));
    EXPECT_FALSE(make_credential(ek_.area, ByteView(name_).first(33), secret_));
}

TEST_F(Credentials, SurviveTheFileOfTheTools) {
    const Credential credential = make_credential(ek_.area, name_, secret_).value();
    Bytes file = to_tools_file(credential);

    const auto read = from_tools_file(file);
    file.push_back(0);

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->id_object, credential.id_object);
    EXPECT_EQ(read->encrypted_secret, credential.encrypted_secret);
    EXPECT_FALSE(from_tools_file(file));
}

}  // namespace
}  // namespace anchor::tpmwire
