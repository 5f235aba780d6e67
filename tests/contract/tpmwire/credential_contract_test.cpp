// SPDX-License-Identifier: Apache-2.0

// MakeCredential in software against a TPM that activates, and against the tools' own MakeCredential.

#include <anchor/tpmwire/credential.h>

#include <anchor/base/encoding.h>
#include <anchor/tpmwire/templates.h>

#include "tools.h"

namespace anchor::tpmwire {
namespace {

class ActivatedByATpm : public WithATpm {
protected:
    // Makes the EK of the profile from our own template and leaves it as @ek.ctx.
    PublicArea make_endorsement_key(std::uint32_t index) {
        const auto& profile = *endorsement_profile_at(index);
        const bool elliptic = is_elliptic(profile.area.key_alg);
        tpm_->scratch().write("policy", profile.area.auth_policy);
        // tpm2_createprimary wants the coordinates with their sizes in front; an empty unique field is its default.
        Bytes unique = profile.area.unique;
        if (elliptic && !unique.empty()) unique = from_hex("2000" + std::string(64, '0') + "2000" + std::string(64, '0')).value();
        tpm_->scratch().write("unique", unique);
        const std::string algorithm = profile.area.key_alg == KeyAlg::EcP384   ? "ecc384:null:aes256cfb"
                                      : profile.area.key_alg == KeyAlg::EcP256 ? "ecc256:null:aes128cfb"
                                                                               : "rsa2048:null:aes128cfb";
        const std::string password = profile.high_range ? "userwithauth|" : "";
        must("tpm2_createprimary -C e -g " + std::string(to_string(profile.area.name_alg)) + " -G " + algorithm + " -L @policy -c @ek.ctx" +
             (unique.empty() ? "" : " -u @unique") + " -a " + password +
             "fixedtpm|fixedparent|sensitivedataorigin|adminwithpolicy|restricted|decrypt");
        flush();
        return area_of("ek");
    }

    // The low range and the high range alike: PolicyA, and for the high range the OR around it.
    void activate(const PublicArea& ek) {
        const std::string hash(to_string(ek.name_alg));
        must("tpm2_startauthsession --policy-session -g " + hash + " -S @session");
        must("tpm2_policysecret -S @session -c e");
        if (endorsement_profile_of(ek)->high_range) {
            tpm_->scratch().write("a", endorsement_policy_a(ek.name_alg).view());
            tpm_->scratch().write("c", endorsement_policy_c(ek.name_alg).view());
            must("tpm2_policyor -S @session " + hash + ":@a,@c");
        }
        must("tpm2_activatecredential -c @ak.ctx -C @ek.ctx -i @credential -o @opened -P session:@session");
        flush();
    }
};

class EndorsementKey : public ActivatedByATpm, public testing::WithParamInterface<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Profile, EndorsementKey, testing::Values(0x01C00002U, 0x01C0000AU, 0x01C00014U, 0x01C00016U),
                         [](const auto& made) { return "at_nv_" + std::to_string(made.param & 0xFFU); });

TEST_P(EndorsementKey, OpensOurCredential) {
    const PublicArea ek = make_endorsement_key(GetParam());
    ASSERT_TRUE(check_endorsement_key(ek)) << check_endorsement_key(ek).error().what;
    make_attestation_key("ecc256:ecdsa-sha256:null", "sha256");
    const Bytes name = name_of(area_of("ak"));
    const SecretBytes secret = SecretBytes::copy_of(as_bytes("0123456789abcdef0123456789abcdef"));

    // Several, because leading zeros in what is derived would show only now and then.
    for (int round = 0; round < 4; ++round) {
        const auto credential = make_credential(ek, name, secret);
        ASSERT_TRUE(credential) << credential.error().what;
        tpm_->scratch().write("credential", to_tools_file(*credential));
        activate(ek);
        EXPECT_TRUE(secret.matches(tpm_->scratch().read("opened")));
    }
}

TEST_P(EndorsementKey, OpensACredentialOfTheToolsThatWeReadAndWrote) {
    const PublicArea ek = make_endorsement_key(GetParam());
    make_attestation_key("ecc256:ecdsa-sha256:null", "sha256");
    const Bytes name = name_of(area_of("ak"));
    tpm_->scratch().write("secret", std::string_view("a secret of the tools"));
    const auto made = parts::run(
        {"tpm2_makecredential", "-T", "none", "-u", path("ek.pub"), "-s", path("secret"), "-n", to_hex(name), "-o", path("theirs")});
    ASSERT_TRUE(made.ok()) << made.output;

    const auto credential = from_tools_file(tpm_->scratch().read("theirs"));
    ASSERT_TRUE(credential) << credential.error().what;
    tpm_->scratch().write("credential", to_tools_file(*credential));
    activate(ek);

    EXPECT_EQ(to_tools_file(*credential), tpm_->scratch().read("theirs"));
    EXPECT_EQ(as_text(tpm_->scratch().read("opened")), "a secret of the tools");
}

TEST_F(ActivatedByATpm, ACredentialForAnotherNameIsNotOpened) {
    const PublicArea ek = make_endorsement_key(0x01C0000A);
    make_attestation_key("ecc256:ecdsa-sha256:null", "sha256");
    const auto credential = make_credential(ek, name_of(ek), SecretBytes::copy_of(as_bytes("secret")));
    ASSERT_TRUE(credential) << credential.error().what;
    tpm_->scratch().write("credential", to_tools_file(*credential));
    must("tpm2_startauthsession --policy-session -S @session");
    must("tpm2_policysecret -S @session -c e");

    const auto activated = tpm_->tool("tpm2_activatecredential -c " + path("ak.ctx") + " -C " + path("ek.ctx") + " -i " +
                                      path("credential") + " -o " + path("opened") + " -P session:" + path("session"));

    EXPECT_FALSE(activated.ok()) << activated.output;
}

// The other direction: what the tools make is opened by our own inverse, so that both agree also without a TPM.
TEST(CredentialOfTheTools, IsOpenedByASoftwareKey) {
    if (!parts::on_path("tpm2_makecredential")) GTEST_SKIP() << "needs tpm2-tools";
    const parts::Scratch scratch("credential");
    for (const std::uint32_t index : {0x01C00002U, 0x01C0000AU, 0x01C00016U}) {
        PublicArea ek = endorsement_profile_at(index)->area;
        const auto key = crypto::SoftwareKey::generate(ek.key_alg).value();
        ek.unique = to_bytes(is_elliptic(ek.key_alg) ? key.public_value().x() : key.public_value().modulus());
        ek.unique_y = to_bytes(key.public_value().y());
        const Bytes name = name_of(ek);
        scratch.write("ek.pub", marshal_sized(ek));
        scratch.write("secret", std::string_view("a secret of the tools"));
        const auto made = parts::run({"tpm2_makecredential", "-T", "none", "-u", scratch.path("ek.pub"), "-s", scratch.path("secret"), "-n",
                                      to_hex(name), "-o", scratch.path("theirs")});
        ASSERT_TRUE(made.ok()) << made.output;

        const auto opened = activate_credential(ek, key, name, from_tools_file(scratch.read("theirs")).value());

        ASSERT_TRUE(opened) << opened.error().what;
        EXPECT_EQ(as_text(opened->view()), "a secret of the tools");
    }
}

}  // namespace
}  // namespace anchor::tpmwire
