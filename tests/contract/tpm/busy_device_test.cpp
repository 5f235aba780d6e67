// SPDX-License-Identifier: Apache-2.0

// What happens when the TPM asks for patience or room, and when an answer is lost on its way.

#include <thread>

#include <anchor/tpm/esys_counter.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpm/esys_quoter.h>

#include "busy_tpm.h"
#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

constexpr std::uint32_t kQuote = 0x158;
constexpr std::uint32_t kLoad = 0x157;
constexpr std::uint32_t kIncrement = 0x134;
constexpr std::uint32_t kRetry = 0x922;
constexpr std::uint32_t kTesting = 0x90A;
constexpr std::uint32_t kLockout = 0x921;
constexpr std::uint32_t kObjectMemory = 0x902;
constexpr std::uint32_t kUnknownHandle = 0x910;  // REFERENCE_H0
constexpr std::uint32_t kLockoutCounter = 0x20E;

const std::vector<PcrSelection> kSelection = {{HashAlg::Sha256, 1}};

class BusyDevice : public TpmFixture {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (IsSkipped()) return;
        ak_ = attestation_key();
        device_.reset();  // one client at a time
        busy_ = std::make_unique<BusyTpm>(tpm_->scratch().path("busy.sock"), tpm_->scratch().path("tpm.sock"));
        device_ = Device::at({.tcti = busy_->tcti(), .patience = Milliseconds{200}});
        quoter_ = EsysQuoter::from(device_, ak_.clone()).value();
    }
    void TearDown() override {
        quoter_.reset();
        device_.reset();
        busy_.reset();
        TpmFixture::TearDown();
    }
    [[nodiscard]] Result<Quote> quote() { return quoter_->quote(kSelection, as_bytes("n")); }

    KeyBlob ak_;
    std::unique_ptr<BusyTpm> busy_;
    std::unique_ptr<EsysQuoter> quoter_;
};

TEST_F(BusyDevice, IsAskedAgainUntilItIsReady) {
    for (const std::uint32_t code : {kRetry, kTesting}) {
        busy_->answer(kQuote, code, 20);

        const auto quoted = quote();

        EXPECT_TRUE(quoted) << quoted.error().what;
    }
    EXPECT_EQ(busy_->answered(), 40);
}

TEST_F(BusyDevice, IsUnavailableWhenThePatienceIsUsedUp) {
    busy_->answer(kQuote, kRetry, 1'000'000);
    const auto quoted = quote();
    busy_->answer(0, 0, 0);

    EXPECT_EQ(failure(quoted).substr(0, 23), "unavailable: TPM2_Quote");
    EXPECT_LT(busy_->answered(), 200) << "the waits grow";
    EXPECT_TRUE(quote());
}

TEST_F(BusyDevice, IsNotWaitedForInALockout) {
    busy_->answer(kQuote, kLockout, 1'000'000);

    const auto quoted = quote();

    EXPECT_EQ(failure(quoted).substr(0, 11), "unavailable");
    EXPECT_EQ(busy_->answered(), 1);
}

TEST_F(BusyDevice, GivesBackAKeyThatNobodyUsesWhereThereIsNoRoom) {
    ASSERT_TRUE(quote());
    EsysKeyForge forge(device_, ak_.clone());
    const KeyBlob blob = forge.make(KeyAlg::EcP256).value();
    busy_->answer(kLoad, kObjectMemory, 1);

    const auto key = forge.load(blob);

    EXPECT_TRUE(key) << key.error().what;
    EXPECT_TRUE(quote());
}

TEST_F(BusyDevice, ConnectsAnewWhereItsHandlesAreUnknown) {
    ASSERT_TRUE(quote());
    busy_->answer(kQuote, kUnknownHandle, 1);

    EXPECT_TRUE(quote());
}

TEST_F(BusyDevice, IsUnavailableWhereItIsLostTwiceInARow) {
    busy_->answer(kQuote, kUnknownHandle, 2);

    EXPECT_EQ(failure(quote()).substr(0, 38), "unavailable: the TPM was lost: TPM2_Qu");
    EXPECT_TRUE(quote());
}

TEST_F(BusyDevice, CountsOnceAlsoWhereTheAnswerWasLost) {
    EsysCounter counter(device_, 0x01800100);
    const auto first = counter.create();
    ASSERT_TRUE(first) << first.error().what;
    busy_->swallow_answer_of(kIncrement);

    const auto second = counter.increment();

    ASSERT_TRUE(second) << second.error().what;
    EXPECT_EQ(*second, *first + 1);
    EXPECT_EQ(counter.read().value(), *second);
}

TEST_F(BusyDevice, IsNotSaidToHaveZeroOfWhatItDoesNotKnow) {
    ASSERT_TRUE(device_->properties());
    busy_->forget_property(kLockoutCounter);

    EXPECT_EQ(failure(device_->properties()), "denied: the TPM does not know its property 0x0000020e");
}

TEST_F(BusyDevice, ServesSeveralThreadsOneAfterTheOther) {
    EsysKeyForge forge(device_, ak_.clone());
    const auto key = forge.load(forge.make(KeyAlg::EcP256).value()).value();
    int failed = 0;

    std::thread signer([&] {
        for (int i = 0; i < 50; ++i) failed += key->sign(SignatureScheme::Ecdsa, Digest(HashAlg::Sha256)) ? 0 : 1;
    });
    int unquoted = 0;
    for (int i = 0; i < 50; ++i) unquoted += quote() ? 0 : 1;
    signer.join();

    EXPECT_EQ(failed, 0);
    EXPECT_EQ(unquoted, 0);
}

}  // namespace
}  // namespace anchor::tpm
