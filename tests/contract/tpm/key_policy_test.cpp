// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpm/key_policy.h>

#include <anchor/core/device_id.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpm/esys_counter.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpmwire/attestation.h>

#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

constexpr std::uint32_t kKillIndex = 0x01800200;
const std::vector<PcrSelection> kBoot = {{HashAlg::Sha256, 1U << 16U}};  // a register that tools may reset

Bytes big_endian(std::uint64_t number) {
    Bytes octets;
    for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
    return octets;
}

// The whole of the design's device key: an authority approves a boot state for a time, and a counter can end it for good.
class BoundKeyOnSwtpm : public TpmFixture {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (IsSkipped()) return;
        authority_ = std::make_unique<crypto::SoftwareKey>(crypto::SoftwareKey::generate(KeyAlg::EcP256).value());
        authority_area_ = tpmwire::external_key_area(authority_->public_value(), HashAlg::Sha256);
        counter_ = std::make_unique<EsysCounter>(device_, kKillIndex);
        number_ = counter_->create().value();
        forge_ = std::make_unique<EsysKeyForge>(device_, attestation_key(), approval(3'600'000));
        blob_ = forge_->make(KeyAlg::EcP256).value();
        key_ = forge_->load(blob_).value();
    }
    void TearDown() override {
        key_.reset();
        forge_.reset();
        counter_.reset();
        TpmFixture::TearDown();
    }

    // What the authority hands out for the state that the machine is in now.
    [[nodiscard]] KeyPolicy approval(std::uint64_t clock_limit) const {
        const Bytes reference = to_bytes(device_id_.text());
        const Digest approved = tpmwire::boot_state_policy(HashAlg::Sha256, kBoot, device_->pcrs(kBoot).value(), clock_limit).value();
        const Digest said = tpmwire::authorization_digest(HashAlg::Sha256, approved, reference);
        const Bytes octets = authority_->sign(SignatureScheme::Ecdsa, said).value();
        const auto half = octets.begin() + 32;
        const Bytes signature = tpmwire::marshal(
            tpmwire::Signature{SignatureScheme::Ecdsa, HashAlg::Sha256, Bytes(octets.begin(), half), Bytes(half, octets.end())});
        const Digest digest = tpmwire::device_key_policy(HashAlg::Sha256, tpmwire::name_of(authority_area_), device_id_,
                                                         tpmwire::name_of(counter_area(kKillIndex)), number_);
        return {digest,
                {PcrStep{kBoot}, CounterTimerStep{big_endian(clock_limit), 8, tpmwire::Comparison::UnsignedLessOrEqual},
                 AuthorizeStep{authority_area_, approved, reference, signature},
                 NvStep{kKillIndex, big_endian(number_), 0, tpmwire::Comparison::Equal}}};
    }
    [[nodiscard]] Result<Bytes> sign() { return key_->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256)); }

    DeviceId device_id_ = DeviceId::from_digest(Digest(HashAlg::Sha256));
    std::unique_ptr<crypto::SoftwareKey> authority_;
    tpmwire::PublicArea authority_area_;
    std::unique_ptr<EsysCounter> counter_;
    std::uint64_t number_ = 0;
    std::unique_ptr<EsysKeyForge> forge_;
    KeyBlob blob_;
    std::shared_ptr<DeviceKey> key_;
};

TEST_F(BoundKeyOnSwtpm, SignsInTheApprovedState) {
    const auto signature = sign();

    EXPECT_TRUE(signature) << signature.error().what;
}

TEST_F(BoundKeyOnSwtpm, IsRefusedByTheTpmInAnotherState) {
    ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());

    const auto refused = sign();

    EXPECT_EQ(failure(refused).substr(0, 57), "denied: this state of the machine is not the approved one");
}

TEST_F(BoundKeyOnSwtpm, SignsAgainAfterANewApproval) {
    ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());
    ASSERT_FALSE(sign());

    forge_->renew(approval(3'600'000).steps);

    EXPECT_TRUE(sign());
}

TEST_F(BoundKeyOnSwtpm, IsRefusedWhenTheLeaseIsOver) {
    forge_->renew(approval(0).steps);

    EXPECT_EQ(failure(sign()).substr(0, 34), "denied: the approved time is over:");
}

TEST_F(BoundKeyOnSwtpm, IsRefusedForGoodAfterTheKillCounterMoved) {
    ASSERT_TRUE(counter_->increment());
    EXPECT_EQ(failure(sign()).substr(0, 56), "denied: the NV index is not what the key's policy demand");

    ASSERT_TRUE(tpm_->tool("tpm2_nvundefine 0x01800200").ok());
    EXPECT_EQ(failure(sign()), "denied: the NV index that the key's policy reads is gone");
    ASSERT_TRUE(counter_->create());
    EXPECT_FALSE(sign());
}

TEST_F(BoundKeyOnSwtpm, IsRefusedWithAnApprovalThatTheAuthorityDidNotSign) {
    auto steps = approval(3'600'000).steps;
    std::get<AuthorizeStep>(steps[2]).signature.back() ^= 1U;
    forge_->renew(std::move(steps));

    EXPECT_EQ(failure(sign()).substr(0, 8), "rejected");
}

TEST_F(BoundKeyOnSwtpm, IsCertifiedInAnyState) {
    ASSERT_TRUE(tpm_->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());

    const auto certified = forge_->certify(blob_, as_bytes("help"));

    EXPECT_TRUE(certified) << certified.error().what;
}

}  // namespace
}  // namespace anchor::tpm
