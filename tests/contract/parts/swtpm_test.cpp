// SPDX-License-Identifier: Apache-2.0
#include <parts/swtpm.h>

#include <gtest/gtest.h>
#include <unistd.h>

namespace anchor::parts {
namespace {

class SwtpmPart : public testing::Test {
protected:
    void SetUp() override {
        if (!Swtpm::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup and tpm2-tools";
    }
};

TEST_F(SwtpmPart, AnswersWithAllItsBanks) {
    auto tpm = Swtpm::start();
    ASSERT_TRUE(tpm) << tpm.error().what;

    const auto read = (*tpm)->tool("tpm2_pcrread sha1:0+sha256:0+sha384:0");

    EXPECT_TRUE(read.ok()) << read.output;
    EXPECT_NE(read.output.find("sha384:\n    0 : 0x0000"), std::string::npos) << read.output;
}

TEST_F(SwtpmPart, ForgetsItsRegistersInAPowerCut) {
    auto tpm = Swtpm::start();
    ASSERT_TRUE(tpm) << tpm.error().what;
    const auto fresh = (*tpm)->tool("tpm2_pcrread sha256:16").output;
    ASSERT_TRUE((*tpm)->tool("tpm2_pcrextend 16:sha256=" + std::string(64, 'a')).ok());
    ASSERT_NE((*tpm)->tool("tpm2_pcrread sha256:16").output, fresh);

    const auto cut = (*tpm)->power_cut();

    ASSERT_TRUE(cut) << cut.error().what;
    EXPECT_EQ((*tpm)->tool("tpm2_pcrread sha256:16").output, fresh);
}

TEST_F(SwtpmPart, HasAnRsaCertificateInTheLowRange) {
    auto tpm = Swtpm::start({.certificate = SwtpmOptions::Certificate::Rsa2048});
    ASSERT_TRUE(tpm) << tpm.error().what;

    EXPECT_TRUE((*tpm)->tool("tpm2_nvreadpublic 0x1c00002").ok());
    EXPECT_EQ(::access((*tpm)->root_certificate().c_str(), R_OK), 0);
    EXPECT_EQ(::access((*tpm)->issuer_certificate().c_str(), R_OK), 0);
}

TEST_F(SwtpmPart, HasAnEllipticCertificateInTheHighRange) {
    auto tpm = Swtpm::start({.certificate = SwtpmOptions::Certificate::EccP384});
    ASSERT_TRUE(tpm) << tpm.error().what;

    EXPECT_TRUE((*tpm)->tool("tpm2_nvreadpublic 0x1c00016").ok());
}

TEST_F(SwtpmPart, TakesItsFolderWithIt) {
    std::string folder;
    {
        auto tpm = Swtpm::start();
        ASSERT_TRUE(tpm) << tpm.error().what;
        folder = (*tpm)->scratch().path();
        ASSERT_EQ(::access(folder.c_str(), F_OK), 0);
    }
    EXPECT_NE(::access(folder.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace anchor::parts
