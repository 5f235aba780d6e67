// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/policy_digest.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include <anchor/crypto/hash.h>
#include <anchor/tpmwire/templates.h>

#include "vectors.h"

namespace anchor::tpmwire {
namespace {

constexpr std::uint32_t kCertify = 0x148;  // TPM_CC_Certify

// What trial sessions of a TPM came to: tests/vectors/tpmwire/policies.txt.
class TrialSession : public testing::TestWithParam<HashAlg> {
protected:
    TrialSession() {
        std::istringstream lines{std::string(as_text(vector_of("policies.txt")))};
        for (std::string name, digest; lines >> name >> digest;) digests_[name] = digest;
    }
    std::string of(const std::string& policy) { return digests_.at(std::string(to_string(GetParam())) + "." + policy); }
    PolicyDigest begin() { return PolicyDigest(GetParam()); }

    static std::string text(const PolicyDigest& policy) { return to_hex(policy.value().view()); }
    static Bytes counter_name() { return hex(as_text(vector_of("nv.pub"))); }

private:
    std::map<std::string, std::string> digests_;
};

INSTANTIATE_TEST_SUITE_P(PolicyDigest, TrialSession, testing::Values(HashAlg::Sha256, HashAlg::Sha384),
                         [](const auto& made) { return std::string(to_string(made.param)); });

TEST_P(TrialSession, HoldsTheSameAfterPolicySecret) {
    EXPECT_EQ(text(begin().secret(name_of_handle(kEndorsementHierarchy))), of("secret_endorsement"));
}

TEST_P(TrialSession, HoldsTheSameAfterPolicyCommandCode) { EXPECT_EQ(text(begin().command_code(kCertify)), of("command_code_certify")); }

TEST_P(TrialSession, HoldsTheSameAfterPolicyOr) {
    const std::array branches{begin().secret(name_of_handle(kEndorsementHierarchy)).value(), begin().command_code(kCertify).value()};

    EXPECT_EQ(text(begin().auth_value().either(branches)), of("or_secret_certify"));
}

TEST_P(TrialSession, HoldsTheSameAfterPolicyAuthValue) { EXPECT_EQ(text(begin().auth_value()), of("auth_value")); }

TEST_P(TrialSession, HoldsTheSameAfterPolicyPcr) {
    const std::vector<PcrSelection> selections{{HashAlg::Sha256, 1U << 0 | 1U << 1 | 1U << 7 | 1U << 23}, {HashAlg::Sha1, 1U << 3}};
    PcrValues values;
    for (const unsigned index : {0U, 1U, 7U, 23U}) values.set(index, Digest(HashAlg::Sha256));
    values.set(3, Digest(HashAlg::Sha1));

    const auto registers = pcr_digest(GetParam(), selections, values);

    ASSERT_TRUE(registers) << registers.error().what;
    EXPECT_EQ(text(begin().pcr(selections, *registers)), of("pcr_zero_sha256_0_1_7_sha1_3"));
}

TEST_P(TrialSession, HoldsTheSameAfterPolicyAuthorizeAndPolicyNv) {
    auto policy = begin().auth_value().authorize(vector_of("authority.name"), as_bytes("device-id-of-this-test"));
    EXPECT_EQ(text(policy), of("authorize"));

    policy.nv(counter_name(), hex("0000000000000001"), 0, Comparison::Equal);

    EXPECT_EQ(text(policy), of("authorize_then_nv_counter_eq"));
}

TEST_P(TrialSession, HoldsTheSameAfterPolicyCounterTimer) {
    EXPECT_EQ(text(begin().counter_timer(hex("000000003b9aca00"), 8, Comparison::UnsignedLessOrEqual)), of("clock_at_most_1000000000"));
}

TEST(DeviceKeyPolicy, IsAuthorizeThenNv) {
    const DeviceId device = device_id_of(area_of("ek_p256"));
    const Bytes authority = vector_of("authority.name");
    const Bytes counter = hex(as_text(vector_of("nv.pub")));

    const Digest policy = device_key_policy(HashAlg::Sha256, authority, device, counter, 7);

    EXPECT_EQ(policy, PolicyDigest(HashAlg::Sha256)
                          .authorize(authority, as_bytes(device.text()))
                          .nv(counter, hex("0000000000000007"), 0, Comparison::Equal)
                          .value());
    EXPECT_NE(policy, device_key_policy(HashAlg::Sha256, authority, device, counter, 8));
}

TEST(BootStatePolicy, ChangesWithEveryRegisterAndWithTheLimit) {
    const std::vector<PcrSelection> selections{{HashAlg::Sha256, 1U << 7}};
    PcrValues values;
    values.set(7, Digest(HashAlg::Sha256));
    PcrValues other;
    other.set(7, crypto::hash(HashAlg::Sha256, as_bytes("other")));

    const auto policy = boot_state_policy(HashAlg::Sha256, selections, values, 1000);

    ASSERT_TRUE(policy);
    EXPECT_NE(*policy, boot_state_policy(HashAlg::Sha256, selections, other, 1000).value());
    EXPECT_NE(*policy, boot_state_policy(HashAlg::Sha256, selections, values, 1001).value());
}

TEST(PcrDigest, OfARegisterWithoutAValueIsRefusedByName) {
    const auto digest = pcr_digest(HashAlg::Sha256, {{HashAlg::Sha256, 1U << 9}}, {});

    ASSERT_FALSE(digest);
    EXPECT_THAT(digest.error().what, testing::HasSubstr("PCR 9 of sha256"));
}

TEST(PcrDigest, OfNothingOrOfABankTwiceIsRefused) {
    PcrValues values;
    values.set(0, Digest(HashAlg::Sha256));

    EXPECT_FALSE(pcr_digest(HashAlg::Sha256, {{HashAlg::Sha256, 0}}, values));
    EXPECT_FALSE(pcr_digest(HashAlg::Sha256, {{HashAlg::Sha256, 1}, {HashAlg::Sha256, 1}}, values));
}

TEST(AuthorizationDigest, IsTheHashOfPolicyAndReference) {
    const Digest policy = crypto::hash(HashAlg::Sha256, as_bytes("policy"));

    EXPECT_EQ(authorization_digest(HashAlg::Sha384, policy, as_bytes("ref")),
              crypto::hash(HashAlg::Sha384, {policy.view(), as_bytes("ref")}));
}

}  // namespace
}  // namespace anchor::tpmwire
