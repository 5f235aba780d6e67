// SPDX-License-Identifier: Apache-2.0

// One suite for the ports of core, run against the fake and against our adapters on a software TPM: what a test with the
// fake learns is true of the real one.

#include <fakes/fake_tpm.h>

#include <anchor/crypto/hash.h>
#include <anchor/crypto/public_key.h>
#include <anchor/tpm/esys_counter.h>
#include <anchor/tpm/esys_endorser.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpm/esys_quoter.h>
#include <anchor/tpmwire/credential.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

constexpr std::uint32_t kIndex = 0x01800100;

/// All ports of one device, and what happens to it from outside.
struct Machine {
    KeyBlob ak;
    std::unique_ptr<Quoter> quoter;
    std::unique_ptr<Endorser> endorser;
    KeyBlob other_ak;  ///< a second one of the same TPM
    std::unique_ptr<Quoter> other_quoter;
    std::unique_ptr<Endorser> other_endorser;
    std::unique_ptr<KeyForge> forge;
    std::unique_ptr<MonotonicCounter> counter;
    std::function<void()> extend_16;
    std::function<void()> power_cut;
    std::function<void()> clear;
    std::function<void()> remove_counter;
};

enum class Kind { Fake, Swtpm };

class PortsOfATpm : public TpmFixture, public testing::WithParamInterface<Kind> {
protected:
    void SetUp() override {
        if (GetParam() == Kind::Fake) return make_fake();
        TpmFixture::SetUp();
        if (!IsSkipped()) make_real();
    }
    void TearDown() override {
        machine_ = {};
        TpmFixture::TearDown();
    }

    void make_fake() {
        const auto tpm = std::make_shared<fakes::FakeTpm>();
        machine_.ak = tpm->make_attestation_key().value();
        machine_.quoter = std::make_unique<fakes::FakeQuoter>(tpm, machine_.ak.clone());
        machine_.endorser = std::make_unique<fakes::FakeEndorser>(tpm, machine_.ak.clone());
        machine_.other_ak = tpm->make_attestation_key().value();
        machine_.other_quoter = std::make_unique<fakes::FakeQuoter>(tpm, machine_.other_ak.clone());
        machine_.other_endorser = std::make_unique<fakes::FakeEndorser>(tpm, machine_.other_ak.clone());
        machine_.forge = std::make_unique<fakes::FakeKeyForge>(tpm, machine_.ak.clone(), sign_only_policy().digest);
        machine_.counter = std::make_unique<fakes::FakeCounter>(tpm, kIndex);
        machine_.extend_16 = [tpm] { tpm->extend(16, crypto::hash(HashAlg::Sha256, as_bytes("event"))); };
        machine_.power_cut = [tpm] { tpm->reset(); };
        machine_.clear = [tpm] { tpm->clear(); };
        machine_.remove_counter = [tpm] { tpm->remove_counter(kIndex); };
    }
    void make_real() {
        machine_.ak = attestation_key();
        machine_.quoter = EsysQuoter::from(device_, machine_.ak.clone()).value();
        machine_.endorser = EsysEndorser::open(device_, machine_.ak.clone()).value();
        machine_.other_ak = attestation_key();
        machine_.other_quoter = EsysQuoter::from(device_, machine_.other_ak.clone()).value();
        machine_.other_endorser = EsysEndorser::open(device_, machine_.other_ak.clone()).value();
        machine_.forge = std::make_unique<EsysKeyForge>(device_, machine_.ak.clone());
        machine_.counter = std::make_unique<EsysCounter>(device_, kIndex);
        machine_.extend_16 = [this] { EXPECT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok()); };
        machine_.power_cut = [this] { EXPECT_TRUE(tpm_->power_cut()); };
        machine_.clear = [this] { EXPECT_TRUE(tpm_->tool("tpm2_clear -c p").ok()); };
        machine_.remove_counter = [this] { EXPECT_TRUE(tpm_->tool("tpm2_nvundefine 0x01800100").ok()); };
    }

    [[nodiscard]] tpmwire::PublicArea ak_area() const { return tpmwire::parse_sized_public_area(machine_.ak.public_area).value(); }
    /// With a secret for this AK of this device.
    [[nodiscard]] tpmwire::Credential credential_for(const tpmwire::PublicArea& ek) const {
        return tpmwire::make_credential(ek, tpmwire::name_of(ak_area()), SecretBytes::copy_of(as_bytes("secret"))).value();
    }
    [[nodiscard]] tpmwire::PublicArea ek_area() const {
        return tpmwire::parse_public_area(machine_.endorser->endorsement().value().public_area).value();
    }

    Machine machine_;
};

tpmwire::Statement statement(const Result<Attestation>& attestation) {
    return tpmwire::parse_statement(attestation.value().attest).value();
}

const std::vector<PcrSelection> kSelection = {{HashAlg::Sha256, 0x8100FF}, {HashAlg::Sha1, 1}};

TEST_P(PortsOfATpm, QuoteSatisfiesTheVerifierAndFollowsTheRegisters) {
    const auto before = machine_.quoter->quote(kSelection, as_bytes("one"));
    machine_.extend_16();
    const auto after = machine_.quoter->quote(kSelection, as_bytes("two"));

    ASSERT_TRUE(before) << before.error().what;
    ASSERT_TRUE(after) << after.error().what;
    const auto first = tpmwire::verify_quote(*before, ak_area(), kSelection, {.extra_data = to_bytes("one")});
    ASSERT_TRUE(first) << first.error().what;
    const auto second =
        tpmwire::verify_quote(*after, ak_area(), kSelection, {.extra_data = to_bytes("two"), .earlier = first->circumstances.as_earlier()});
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_NE(first->pcrs, second->pcrs);
    EXPECT_FALSE(second->circumstances.rebooted);
}

TEST_P(PortsOfATpm, TimeTellsThatThePowerWasCut) {
    const auto before = machine_.quoter->attest_time(as_bytes("one")).value();
    machine_.power_cut();
    const auto after = machine_.quoter->attest_time(as_bytes("two")).value();

    const auto first = tpmwire::verify_time(before, ak_area(), {.extra_data = to_bytes("one")});
    ASSERT_TRUE(first) << first.error().what;
    const auto second =
        tpmwire::verify_time(after, ak_area(), {.extra_data = to_bytes("two"), .earlier = first->circumstances.as_earlier()});
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_TRUE(second->circumstances.rebooted);
}

// Part 1 §36.7: what could tell that two keys are in one TPM is said under a constant of the key. Inside a time statement,
// which the endorsement hierarchy authorises, it is not.
TEST_P(PortsOfATpm, CountersAndFirmwareAreHiddenByAConstantOfTheKey) {
    const auto first = statement(machine_.quoter->attest_time(as_bytes("one")));
    const auto quoted = statement(machine_.quoter->quote(kSelection, as_bytes("two")).value().attestation);
    const auto other = statement(machine_.other_quoter->attest_time(as_bytes("three")));
    machine_.power_cut();
    const auto later = statement(machine_.quoter->attest_time(as_bytes("four")));

    EXPECT_EQ(quoted.firmware_version, first.firmware_version);
    EXPECT_EQ(quoted.clock.reset_count, first.clock.reset_count);
    EXPECT_EQ(quoted.clock.restart_count, first.clock.restart_count);
    EXPECT_NE(other.firmware_version, first.firmware_version);
    EXPECT_NE(other.clock.reset_count, first.clock.reset_count);
    EXPECT_NE(other.clock.restart_count, first.clock.restart_count);
    EXPECT_EQ(later.firmware_version, first.firmware_version);
    EXPECT_EQ(later.clock.reset_count, first.clock.reset_count + 1);
    const auto& plain = std::get<tpmwire::TimeStatement>(first.attested);
    EXPECT_NE(plain.firmware_version, first.firmware_version);
    EXPECT_EQ(plain.firmware_version, std::get<tpmwire::TimeStatement>(other.attested).firmware_version);
    EXPECT_EQ(plain.clock.reset_count, std::get<tpmwire::TimeStatement>(other.attested).clock.reset_count);
}

TEST_P(PortsOfATpm, QuoteIsRefusedForABankThatIsNotThere) {
    EXPECT_EQ(failure(machine_.quoter->quote({{HashAlg::Sha512, 1}}, as_bytes("n"))).substr(0, 6), "denied");
}

TEST_P(PortsOfATpm, CredentialIsActivatedForThisAttestationKeyOnly) {
    ASSERT_TRUE(tpmwire::check_endorsement_key(ek_area()));
    auto credential = credential_for(ek_area());

    const auto activated = machine_.endorser->activate_credential(credential.id_object, credential.encrypted_secret);
    const auto by_other = machine_.other_endorser->activate_credential(credential.id_object, credential.encrypted_secret);
    credential.id_object.back() ^= 1U;
    const auto changed = machine_.endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    ASSERT_TRUE(activated) << activated.error().what;
    EXPECT_TRUE(activated->matches(as_bytes("secret")));
    EXPECT_EQ(failure(by_other).substr(0, 8), "rejected");
    EXPECT_EQ(failure(changed).substr(0, 8), "rejected");
}

TEST_P(PortsOfATpm, CredentialForAnotherEndorsementKeyIsRefused) {
    tpmwire::PublicArea other = ek_area();
    const auto key = crypto::SoftwareKey::generate(other.key_alg).value();
    other.unique = to_bytes(key.public_value().x());
    other.unique_y = to_bytes(key.public_value().y());
    const auto credential = credential_for(other);

    const auto activated = machine_.endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    EXPECT_EQ(failure(activated).substr(0, 8), "rejected");
    EXPECT_TRUE(tpmwire::activate_credential(other, key, tpmwire::name_of(ak_area()), credential)) << "it is a good one elsewhere";
}

TEST_P(PortsOfATpm, DeviceKeySignsAndIsCertified) {
    const KeyBlob blob = machine_.forge->make(KeyAlg::EcP256).value();
    const auto key = machine_.forge->load(blob).value();
    const Digest digest = crypto::hash(HashAlg::Sha384, as_bytes("message"));

    const auto signature = key->sign(SignatureScheme::Ecdsa, digest);
    const auto certified = machine_.forge->certify(blob, as_bytes("n"));

    ASSERT_TRUE(signature) << signature.error().what;
    EXPECT_TRUE(crypto::PublicKey::from_spki(key->public_key()).value().verify(SignatureScheme::Ecdsa, digest, *signature));
    ASSERT_TRUE(certified) << certified.error().what;
    const auto area = tpmwire::parse_sized_public_area(blob.public_area).value();
    EXPECT_TRUE(tpmwire::check_device_key(area, sign_only_policy().digest));
    EXPECT_TRUE(tpmwire::verify_certify(*certified, ak_area(), area, {.extra_data = to_bytes("n")}));
    EXPECT_EQ(failure(key->sign(SignatureScheme::RsaPss, digest)).substr(0, 8), "rejected");
}

TEST_P(PortsOfATpm, KeysAreStaleAfterTheTpmWasCleared) {
    const KeyBlob blob = machine_.forge->make(KeyAlg::EcP256).value();
    ASSERT_TRUE(machine_.quoter->quote(kSelection, as_bytes("n")));

    machine_.clear();

    EXPECT_EQ(failure(machine_.forge->load(blob)).substr(0, 5), "stale");
    EXPECT_EQ(failure(machine_.quoter->quote(kSelection, as_bytes("n"))).substr(0, 5), "stale");
}

TEST_P(PortsOfATpm, CounterNeverGoesBack) {
    ASSERT_EQ(machine_.counter->read().value(), std::nullopt);
    EXPECT_EQ(failure(machine_.counter->increment()), "corrupt: there is no counter at its NV index");
    const auto first = machine_.counter->create().value();
    const auto second = machine_.counter->increment().value();
    EXPECT_EQ(second, first + 1);
    EXPECT_EQ(machine_.counter->read().value(), second);

    machine_.remove_counter();

    EXPECT_EQ(machine_.counter->read().value(), std::nullopt);
    EXPECT_GT(machine_.counter->create().value(), second);
}

INSTANTIATE_TEST_SUITE_P(Of, PortsOfATpm, testing::Values(Kind::Fake, Kind::Swtpm),
                         [](const auto& test) { return test.param == Kind::Fake ? "Fake" : "Swtpm"; });

}  // namespace
}  // namespace anchor::tpm
