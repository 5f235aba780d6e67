// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/esys_endorser.h>

#include <sstream>

#include <anchor/base/encoding.h>
#include <anchor/crypto/chain.h>
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
    /// As makers do it: by the platform's authorisation, readable for everybody.
    void leave_at(std::uint32_t index, ByteView octets) {
        tpm_->scratch().write("nv", octets);
        const std::string place = std::to_string(index) + " -C p";
        const auto defined = tpm_->tool("tpm2_nvdefine " + place + " -s " + std::to_string(octets.size()) +
                                        " -a ppwrite|ppread|ownerread|authread|no_da|platformcreate");
        ASSERT_TRUE(defined.ok()) << defined.output;
        ASSERT_TRUE(tpm_->tool("tpm2_nvwrite " + place + " -i " + file("nv")).ok());
    }
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

TEST_F(EndorserOnSwtpm, TakesNoIndexThatNobodyHasWrittenForACertificate) {
    ASSERT_TRUE(tpm_->tool("tpm2_nvdefine 0x01C00002 -C p -s 800 -a ppwrite|ppread|ownerread|authread|no_da|platformcreate").ok());

    EXPECT_TRUE(certified_profiles(*device_).value().empty());
    EXPECT_TRUE(EsysEndorser::open(device_, attestation_key(), "L-1").value()->endorsement().value().certificate.empty());
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

/// A maker that left a template and a nonce of its own for the EK.
struct MakersOwn {
    const char* kind;           ///< as the tools call it
    std::uint32_t certificate;  ///< where that of the profile would be
};
class OwnTemplateOnSwtpm : public EndorserOnSwtpm, public testing::WithParamInterface<MakersOwn> {
protected:
    void leave_template() { leave_at(profile_.template_index, tpmwire::marshal(profile_.area)); }
    void leave_nonce() { leave_at(profile_.nonce_index, Bytes(20, 0x5A)); }
    /// With that nonce. Not by tpm2_createek, whose older versions take whatever lies in memory for it.
    [[nodiscard]] Bytes made_by_the_tools() {
        // TPMU_PUBLIC_ID as it lies in the memory of a little machine: sizes, and arrays as long as the tools have them.
        Bytes unique(512, 0);
        if (is_elliptic(profile_.area.key_alg))
            unique[0] = unique[130] = 32;
        else
            unique[1] = 1;
        std::fill_n(unique.begin() + 2, 20, std::uint8_t{0x5A});
        tpm_->scratch().write("unique", unique);
        tpm_->scratch().write("policy", profile_.area.auth_policy);
        const auto made = tpm_->tool("tpm2_createprimary -C e -g sha256 -G " + std::string(GetParam().kind) + ":aes128cfb -L " +
                                     file("policy") + " -u " + file("unique") + " -c " + file("ek.ctx") +
                                     " -a fixedtpm|fixedparent|sensitivedataorigin|adminwithpolicy|restricted|decrypt");
        EXPECT_TRUE(made.ok()) << made.output;
        EXPECT_TRUE(tpm_->tool("tpm2_readpublic -Q -c " + file("ek.ctx") + " -o " + file("ek.pub")).ok());
        EXPECT_TRUE(tpm_->tool("tpm2_flushcontext -t").ok());
        return tpmwire::marshal(tpmwire::parse_sized_public_area(tpm_->scratch().read("ek.pub")).value());
    }
    [[nodiscard]] Result<Bytes> public_area() const {
        ANCHOR_ASSIGN_OR_RETURN(const auto endorser, EsysEndorser::open(device_, attestation_key(), profile_.name));
        ANCHOR_ASSIGN_OR_RETURN(Endorsement endorsement, endorser->endorsement());
        return std::move(endorsement.public_area);
    }

    const tpmwire::EndorsementProfile& profile_ = *tpmwire::endorsement_profile_at(GetParam().certificate);
};

TEST_P(OwnTemplateOnSwtpm, GivesTheKeyThatTheToolsMakeWithIt) {
    const Bytes common = public_area().value();
    leave_template();
    EXPECT_EQ(public_area().value(), common) << "it is the common one";
    leave_nonce();

    const Bytes own = public_area().value();

    EXPECT_NE(own, common);
    EXPECT_EQ(own, made_by_the_tools());
}

TEST_P(OwnTemplateOnSwtpm, MakesAnEndorsementKeyThatActivatesCredentials) {
    leave_template();
    leave_nonce();
    const KeyBlob ak = attestation_key();
    const auto endorser = EsysEndorser::open(device_, ak.clone(), profile_.name).value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    const auto credential = tpmwire::make_credential(ek, name_of(ak), SecretBytes::copy_of(as_bytes("secret"))).value();

    const auto activated = endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    EXPECT_TRUE(tpmwire::check_endorsement_key(ek));
    ASSERT_TRUE(activated) << activated.error().what;
    EXPECT_TRUE(activated->matches(as_bytes("secret")));
}

TEST_P(OwnTemplateOnSwtpm, IsNeededForANonce) {
    leave_nonce();

    EXPECT_EQ(failure(public_area()).substr(0, 8), "rejected");
    EXPECT_NE(EsysEndorser::open(device_, attestation_key()).value()->profile(), profile_.name);
}

INSTANTIATE_TEST_SUITE_P(LowRange, OwnTemplateOnSwtpm, testing::Values(MakersOwn{"rsa2048", 0x01C00002}, MakersOwn{"ecc256", 0x01C0000A}),
                         [](const auto& test) { return std::string(test.param.kind); });

/// A maker that vouches for the EK of a profile through two authorities below its root, and leaves all that in NV memory.
struct Place {
    const char* profile;
    std::uint32_t index;
};
class CertificateInNv : public EndorserOnSwtpm, public testing::WithParamInterface<Place> {
protected:
    void make_authority(const std::string& name, const std::string& issuer) {
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout " + file(name + ".key") + " -out " +
                file(name) + " -subj /CN=" + name + " -addext keyUsage=critical,keyCertSign" +
                (issuer.empty() ? "" : " -CA " + file(issuer) + " -CAkey " + file(issuer + ".key")));
    }
    void certify(const tpmwire::PublicArea& ek, const std::string& issuer) {
        tpm_->scratch().write("ek.pub", tpmwire::public_key_of(ek).value().pem());
        tpm_->scratch().write("extensions", std::string_view("basicConstraints=critical,CA:FALSE\nextendedKeyUsage=2.23.133.8.1\n"));
        openssl("x509 -new -extfile " + file("extensions") + " -force_pubkey " + file("ek.pub") + " -subj /CN=ek -days 3650 -CA " +
                file(issuer) + " -CAkey " + file(issuer + ".key") + " -out " + file("ek"));
    }
    [[nodiscard]] crypto::Certificate certificate(const std::string& name) const {
        return crypto::Certificate::from_pem(as_text(tpm_->scratch().read(name))).value();
    }

private:
    static void openssl(const std::string& words) {
        parts::Arguments command{"openssl"};
        std::istringstream stream(words);
        for (std::string word; stream >> word;) command.push_back(word);
        const auto done = parts::run(command);
        ASSERT_TRUE(done.ok()) << words << "\n" << done.output;
    }
};

TEST_P(CertificateInNv, IsFoundWithTheChainToItsMakersRoot) {
    const auto area = EsysEndorser::open(device_, attestation_key(), GetParam().profile).value()->endorsement().value().public_area;
    make_authority("root", "");
    make_authority("middle", "root");
    make_authority("issuer", "middle");
    certify(tpmwire::parse_public_area(area).value(), "issuer");
    Bytes padded = to_bytes(certificate("ek").der());
    padded.resize(padded.size() + 100, 0xFF);
    leave_at(GetParam().index, padded);
    Bytes chain = to_bytes(certificate("issuer").der());
    append(chain, certificate("middle").der());
    leave_at(0x01C00100, ByteView(chain).first(chain.size() - 300));  // in the middle of a certificate
    leave_at(0x01C00101, ByteView(chain).last(300));

    const auto endorser = EsysEndorser::open(device_, attestation_key()).value();
    const auto endorsement = endorser->endorsement().value();

    EXPECT_EQ(endorser->profile(), GetParam().profile);
    EXPECT_EQ(certified_profiles(*device_).value().size(), 1U);
    EXPECT_EQ(endorsement.public_area, area);
    EXPECT_EQ(endorsement.certificate, to_bytes(certificate("ek").der()));
    ASSERT_EQ(endorsement.intermediates.size(), 2U);
    std::vector<crypto::Certificate> between;
    for (const Bytes& der : endorsement.intermediates) between.push_back(crypto::Certificate::from_der(der).value());
    const crypto::ChainOptions options{.at = certificate("ek").not_before(), .purpose = crypto::ForEndorsement{}};
    const auto leaf = crypto::Certificate::from_der(endorsement.certificate).value();
    const auto path = crypto::verify_chain(leaf, between, {certificate("root")}, {}, options);
    EXPECT_TRUE(path) << path.error().what;
    EXPECT_FALSE(crypto::verify_chain(leaf, {}, {certificate("root")}, {}, options));
}

INSTANTIATE_TEST_SUITE_P(Profiles, CertificateInNv,
                         testing::Values(Place{"L-2", 0x01C0000A}, Place{"H-1", 0x01C00012}, Place{"H-2", 0x01C00014}),
                         [](const auto& test) { return std::string(test.param.profile).replace(1, 1, "_"); });

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

// Without noDA, a key that was used by its password before a power cut has cost a try after it (Part 1 §19.8).
TEST_P(CredentialOnSwtpm, IsActivatedHoweverOftenThePowerIsCutAfterwards) {
    const KeyBlob ak = attestation_key();
    const auto endorser = EsysEndorser::open(device_, ak.clone(), GetParam()).value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    const auto credential = tpmwire::make_credential(ek, name_of(ak), SecretBytes::copy_of(as_bytes("a secret of the CA"))).value();
    const std::uint32_t limit = told("TPM2_PT_MAX_AUTH_FAIL");

    for (std::uint32_t cut = 0; cut <= limit; ++cut) {
        const auto activated = endorser->activate_credential(credential.id_object, credential.encrypted_secret);
        ASSERT_TRUE(activated) << activated.error().what;
        ASSERT_TRUE(tpm_->power_cut());

        EXPECT_EQ(told("TPM2_PT_LOCKOUT_COUNTER"), 0U) << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(Profiles, CredentialOnSwtpm, testing::Values("L-1", "L-2", "H-1", "H-2", "H-3"),
                         [](const auto& test) { return std::string(test.param).replace(1, 1, "_"); });

}  // namespace
}  // namespace anchor::tpm
