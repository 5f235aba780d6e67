// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_endorser.h>

#include <anchor/base/encoding.h>
#include <anchor/tpm/esys_quoter.h>
#include <anchor/tpmwire/credential.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

using Certificate = parts::SwtpmOptions::Certificate;

class EndorserOnSwtpm : public TpmFixture {
protected:
    [[nodiscard]] static Bytes name_of(const KeyBlob& key) {
        return tpmwire::name_of(tpmwire::parse_sized_public_area(key.public_area).value());
    }
    [[nodiscard]] std::string file(const std::string& name) const { return tpm_->scratch().path(name); }
};

TEST_F(EndorserOnSwtpm, FindsTheCertificateOfTheProfileThatIsConfigured) {
    manufacture({.certificate = Certificate::Rsa2048});
    const auto endorser = EsysEndorser::open(device_, attestation_key(), "L-1");
    ASSERT_TRUE(endorser) << endorser.error().what;

    const auto endorsement = (*endorser)->endorsement();

    ASSERT_TRUE(endorsement) << endorsement.error().what;
    EXPECT_EQ((*endorser)->profile(), "L-1");
    tpm_->scratch().write("ek.der", endorsement->certificate);
    const auto chain = parts::run({"openssl", "verify", "-partial_chain", "-CAfile", tpm_->issuer_certificate(), file("ek.der")});
    EXPECT_TRUE(chain.ok()) << chain.output;
    const auto area = tpmwire::parse_public_area(endorsement->public_area);
    ASSERT_TRUE(area) << area.error().what;
    EXPECT_TRUE(tpmwire::check_endorsement_key(*area));
    const auto spki = parts::run({"openssl", "x509", "-in", file("ek.der"), "-noout", "-pubkey"});
    EXPECT_EQ(spki.output, tpmwire::public_key_of(*area).value().pem());
    EXPECT_EQ(certified_profiles(*device_).value().back()->name, "L-1");
}

TEST_F(EndorserOnSwtpm, PrefersTheP384CertificateOfTheHighRange) {
    manufacture({.certificate = Certificate::EccP384});
    const auto endorser = EsysEndorser::open(device_, attestation_key());
    ASSERT_TRUE(endorser) << endorser.error().what;

    const auto endorsement = (*endorser)->endorsement();

    ASSERT_TRUE(endorsement) << endorsement.error().what;
    EXPECT_EQ((*endorser)->profile(), "H-3");
    tpm_->scratch().write("ek.der", endorsement->certificate);
    const auto spki = parts::run({"openssl", "x509", "-in", file("ek.der"), "-noout", "-pubkey"});
    const auto area = tpmwire::parse_public_area(endorsement->public_area);
    EXPECT_EQ(spki.output, tpmwire::public_key_of(*area).value().pem());
}

TEST_F(EndorserOnSwtpm, TakesTheFirstProfileWhereTheMakerLeftNoCertificate) {
    const auto endorser = EsysEndorser::open(device_, attestation_key());
    ASSERT_TRUE(endorser) << endorser.error().what;

    const auto endorsement = (*endorser)->endorsement();

    ASSERT_TRUE(endorsement) << endorsement.error().what;
    EXPECT_EQ((*endorser)->profile(), "L-2");
    EXPECT_TRUE(endorsement->certificate.empty());
    EXPECT_TRUE(endorsement->intermediates.empty());
}

TEST_F(EndorserOnSwtpm, KeepsItsKeyWhenTheOwnerClearsTheTpm) {
    const auto before = EsysEndorser::open(device_, attestation_key(), "L-2").value()->endorsement();
    ASSERT_TRUE(tpm_->tool("tpm2_clear -c p").ok());
    device_->pin_storage_root(std::nullopt);

    const auto after = EsysEndorser::open(device_, attestation_key(), "L-2").value()->endorsement();

    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->public_area, after->public_area);
}

TEST_F(EndorserOnSwtpm, RefusesAProfileThatDoesNotExist) {
    EXPECT_EQ(failure(EsysEndorser::open(device_, attestation_key(), "X-9")), "rejected: endorsement key X-9: there is no such profile");
}

TEST_F(EndorserOnSwtpm, RefusesACredentialForAnotherAttestationKey) {
    const auto endorser = EsysEndorser::open(device_, attestation_key(), "L-2").value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    const auto credential = tpmwire::make_credential(ek, name_of(attestation_key()), SecretBytes::copy_of(as_bytes("secret"))).value();

    const auto activated = endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    ASSERT_FALSE(activated);
    EXPECT_EQ(activated.error().kind, ErrorKind::Rejected) << activated.error().what;
}

TEST_F(EndorserOnSwtpm, RefusesACredentialThatIsNone) {
    const auto endorser = EsysEndorser::open(device_, attestation_key(), "L-2").value();

    EXPECT_EQ(failure(endorser->activate_credential(as_bytes("x"), as_bytes("y"))).substr(0, 8), "rejected");
}

class CredentialOnSwtpm : public EndorserOnSwtpm, public testing::WithParamInterface<const char*> {};

TEST_P(CredentialOnSwtpm, MadeInSoftwareIsActivated) {
    const KeyBlob ak = attestation_key();
    const auto endorser = EsysEndorser::open(device_, ak.clone(), GetParam()).value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    const auto credential = tpmwire::make_credential(ek, name_of(ak), SecretBytes::copy_of(as_bytes("a secret of the CA")));
    ASSERT_TRUE(credential) << credential.error().what;

    const auto activated = endorser->activate_credential(credential->id_object, credential->encrypted_secret);

    ASSERT_TRUE(activated) << activated.error().what;
    EXPECT_TRUE(activated->matches(as_bytes("a secret of the CA")));
}

TEST_P(CredentialOnSwtpm, MadeByTheToolsIsActivated) {
    const KeyBlob ak = attestation_key();
    const auto endorser = EsysEndorser::open(device_, ak.clone(), GetParam()).value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    tpm_->scratch().write("ek.pub", tpmwire::marshal_sized(ek));
    tpm_->scratch().write("secret", as_bytes("a secret of the CA"));
    const auto made = tpm_->tool("tpm2_makecredential -T none -u " + file("ek.pub") + " -s " + file("secret") + " -n " +
                                 to_hex(name_of(ak)) + " -o " + file("credential"));
    ASSERT_TRUE(made.ok()) << made.output;
    const auto credential = tpmwire::from_tools_file(tpm_->scratch().read("credential")).value();

    const auto activated = endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    ASSERT_TRUE(activated) << activated.error().what;
    EXPECT_TRUE(activated->matches(as_bytes("a secret of the CA")));
}

INSTANTIATE_TEST_SUITE_P(Profiles, CredentialOnSwtpm, testing::Values("L-1", "L-2", "H-1", "H-2", "H-3"),
                         [](const auto& test) { return std::string(test.param).replace(1, 1, "_"); });

}  // namespace
}  // namespace anchor::tpm
