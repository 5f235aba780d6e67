// SPDX-License-Identifier: Apache-2.0

// Certificates of real TPMs and their manufacturers: not ours to ship, so the tests need the folder ANCHOR_TEST_DATA.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/crypto/chain.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::HasSubstr;

const std::string kFolder = std::string(ANCHOR_TEST_DATA) + "/ek/";

class RealEndorsement : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(kFolder + "st_ecdsa_sha256.der")) GTEST_SKIP() << "no endorsement certificates in '" << kFolder << "'";
        options_.at = time_of("2024-01-01T00:00:00Z");
        options_.purpose = ForEndorsement{};
    }
    static Certificate leaf(const std::string& name) { return Certificate::from_nv(read_file(kFolder + name, 1U << 16U).value()).value(); }
    static Certificate authority(const std::string& name) {
        return Certificate::from_pem(read_text_file(kFolder + "roots/" + name + ".pem", 1U << 16U).value()).value();
    }

    ChainOptions options_;
};

TEST_F(RealEndorsement, RsaVerifiesThroughToTheGlobalSignRoot) {
    const auto path = verify_chain(leaf("st_sha256_with_rsa.der"), {authority("STM_RSA_RT"), authority("STM_RSA_05I")},
                                   {authority("GS_TPM_RT")}, {}, options_);

    ASSERT_TRUE(path) << path.error().what;
    EXPECT_EQ(path->size(), 4U);
}

TEST_F(RealEndorsement, EccVerifiesToAnAnchorThatIsNotSelfSigned) {
    ASSERT_FALSE(authority("STM_ECC_01RT").is_self_issued());

    const auto path = verify_chain(leaf("st_ecdsa_sha256.der"), {authority("STM_ECC_01I")}, {authority("STM_ECC_01RT")}, {}, options_);

    ASSERT_TRUE(path) << path.error().what;
    EXPECT_EQ(path->size(), 3U);
}

TEST_F(RealEndorsement, DoesNotVerifyWithoutItsAnchor) {
    const auto rsa =
        verify_chain(leaf("st_sha256_with_rsa.der"), {authority("STM_RSA_RT"), authority("STM_RSA_05I"), authority("GS_TPM_RT")},
                     {authority("STM_ECC_01RT")}, {}, options_);
    const auto ecc = verify_chain(leaf("st_ecdsa_sha256.der"), {authority("STM_ECC_01I"), authority("STM_ECC_01RT")},
                                  {authority("GS_TPM_RT")}, {}, options_);

    ASSERT_FALSE(rsa);
    EXPECT_THAT(rsa.error().what, HasSubstr("unknown issuer 'OU=GlobalSign"));
    ASSERT_FALSE(ecc);
    EXPECT_THAT(ecc.error().what, HasSubstr("unknown issuer 'OU=GlobalSign"));
}

TEST_F(RealEndorsement, HasATpmsNameAndNoSubject) {
    const Certificate certificate = leaf("st_ecdsa_sha256.der");

    EXPECT_EQ(certificate.subject(), "");
    EXPECT_EQ(certificate.alternative_names().directory_names.size(), 1U);
    EXPECT_TRUE(certificate.allows(ExtendedUsage::EndorsementKey));
    EXPECT_EQ(certificate.serial_text(), "2329a7d9a8be51a571d5b336ebfc14ec8fac25df");
    EXPECT_EQ(certificate.issuer(), "C=CH, O=STMicroelectronics NV, CN=STM TPM ECC Intermediate CA 01");
}

TEST_F(RealEndorsement, IsReadWithTheFillerOfItsNvIndexAndKeptWithout) {
    const Bytes stored = read_file(kFolder + "st_sha256_with_rsa.der", 1U << 16U).value();
    Bytes other = stored;
    other.back() = 0x01;

    ASSERT_EQ(stored.back(), 0xff);
    EXPECT_EQ(leaf("st_sha256_with_rsa.der").der().size(), 1169U);
    EXPECT_FALSE(Certificate::from_der(stored));
    EXPECT_FALSE(Certificate::from_nv(other));
}

TEST_F(RealEndorsement, AuthoritiesOfAllManufacturersCanBeRead) {
    std::size_t read = 0;
    for (const auto& file : std::filesystem::directory_iterator(kFolder + "roots")) {
        const auto bundle = Certificate::bundle_from_pem(read_text_file(file.path(), 1U << 16U).value());
        EXPECT_TRUE(bundle) << file.path() << ": " << bundle.error().what;
        ++read;
    }
    EXPECT_GT(read, 40U);
}

}  // namespace
}  // namespace anchor::crypto
