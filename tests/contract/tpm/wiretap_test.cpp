// SPDX-License-Identifier: Apache-2.0

// What somebody learns who listens on the bus between us and the TPM.

#include <algorithm>

#include <anchor/base/byte_reader.h>
#include <anchor/tpm/esys_counter.h>
#include <anchor/tpm/esys_endorser.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpmwire/credential.h>

#include "busy_tpm.h"
#include "tpm_fixture.h"

namespace anchor::tpm {
namespace {

constexpr std::uint32_t kStartAuthSession = 0x176;
constexpr std::uint32_t kNoKey = 0x40000007;  // TPM_RH_NULL
constexpr std::uint8_t kHmac = 0;             // TPM_SE_HMAC

/// What TPM2_StartAuthSession asks for (Part 3 §11.1).
struct StartOfSession {
    std::uint32_t salt_key = 0;
    std::size_t salt_size = 0;
    std::uint8_t type = 0;
};

StartOfSession start_of_session(ByteView parameters) {
    ByteReader reader(parameters);
    StartOfSession start;
    start.salt_key = reader.u32_be("tpmKey").value();
    EXPECT_TRUE(reader.u32_be("bind"));
    EXPECT_TRUE(reader.take(reader.u16_be("size").value(), "nonceCaller"));
    start.salt_size = reader.u16_be("size").value();
    EXPECT_TRUE(reader.take(start.salt_size, "encryptedSalt"));
    start.type = reader.u8("sessionType").value();
    return start;
}

class Wiretap : public TpmFixture {
protected:
    void SetUp() override {
        TpmFixture::SetUp();
        if (IsSkipped()) return;
        tap_ = std::make_unique<BusyTpm>(tpm_->scratch().path("tap.sock"), tpm_->scratch().path("tpm.sock"));
        device_ = Device::at({.tcti = tap_->tcti()});
    }
    void TearDown() override {
        device_.reset();
        tap_.reset();
        TpmFixture::TearDown();
    }
    [[nodiscard]] bool hears(ByteView octets) const {
        return std::ranges::any_of(tap_->heard(), [&](const Bytes& frame) { return !std::ranges::search(frame, octets).empty(); });
    }
    /// Of those that authorise and encrypt; a policy session carries no secret.
    [[nodiscard]] std::vector<StartOfSession> hmac_sessions() const {
        std::vector<StartOfSession> starts;
        for (const Bytes& frame : tap_->heard()) {
            ByteReader reader(frame);
            EXPECT_TRUE(reader.take(6, "tag and size"));
            if (reader.u32_be("command code").value() == kStartAuthSession) starts.push_back(start_of_session(reader.rest()));
        }
        std::erase_if(starts, [](const StartOfSession& start) { return start.type != kHmac; });
        return starts;
    }
    void expect_salted_sessions(std::size_t count) const {
        const auto sessions = hmac_sessions();
        EXPECT_EQ(sessions.size(), count);
        for (const StartOfSession& session : sessions) {
            EXPECT_NE(session.salt_key, kNoKey);
            EXPECT_GE(session.salt_size, 32U);
        }
    }

    std::unique_ptr<BusyTpm> tap_;
};

TEST_F(Wiretap, LearnsNothingOfACredentialThatIsActivated) {
    const KeyBlob ak = attestation_key();
    const auto endorser = EsysEndorser::open(device_, ak.clone()).value();
    const auto ek = tpmwire::parse_public_area(endorser->endorsement().value().public_area).value();
    const Bytes name = tpmwire::name_of(tpmwire::parse_sized_public_area(ak.public_area).value());
    const auto credential = tpmwire::make_credential(ek, name, SecretBytes::copy_of(as_bytes("a secret of the CA"))).value();

    const auto activated = endorser->activate_credential(credential.id_object, credential.encrypted_secret);

    ASSERT_TRUE(activated) << activated.error().what;
    ASSERT_TRUE(activated->matches(as_bytes("a secret of the CA")));
    EXPECT_TRUE(hears(credential.encrypted_secret)) << "only first parameters are encrypted, so this one is on the bus";
    EXPECT_FALSE(hears(as_bytes("a secret of the CA")));
    EXPECT_FALSE(hears(credential.id_object));
    expect_salted_sessions(2);  // the AK was made in the first
}

TEST_F(Wiretap, LearnsNothingOfTheWrappedKeyThatIsMade) {
    const KeyBlob blob = EsysKeyForge(device_, KeyBlob{}).make(KeyAlg::EcP256).value();

    EXPECT_TRUE(hears(ByteView(blob.public_area).subspan(2)));
    EXPECT_FALSE(hears(blob.private_area.view().subspan(2)));
    expect_salted_sessions(1);
}

TEST_F(Wiretap, SeesACounterDefinedInASaltedSession) {
    EsysCounter counter(device_, 0x01800100);

    ASSERT_TRUE(counter.create());

    expect_salted_sessions(1);
}

}  // namespace
}  // namespace anchor::tpm
