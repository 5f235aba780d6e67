// SPDX-License-Identifier: Apache-2.0
#include <registryd/certificate_renewal.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <anchor/base/file.h>
#include <parts/scratch.h>
#include <registryd/init.h>

namespace anchor::registryd {
namespace {

// The folder of a new registry, and certificates of it at any time.
class CertificateRenewal : public testing::Test {
protected:
    void SetUp() override {
        InitOptions options{.folder = files_.path("r"), .tenant = "acme", .host = "192.0.2.7"};
        options.broker_user = "root";
        ASSERT_TRUE(init(options));
        broker_ = folder_.broker() + "/broker.pem";
    }

    [[nodiscard]] static crypto::Certificate first(const std::string& file) { return read_certificates(file)->front(); }
    [[nodiscard]] Result<Renewal> renew(const std::string& file, WallTime at) const { return renew_certificate(folder_, "acme", file, at); }
    [[nodiscard]] WallTime shortly_before_the_end_of(const std::string& file) const {
        return first(file).not_after() - std::chrono::days(30);
    }

    parts::Scratch files_{"renewal"};
    Folder folder_{files_.path("r")};
    std::string broker_;
};

TEST_F(CertificateRenewal, IsNotDueInTheFirstTwoThirdsOfALife) {
    for (const std::string& file : renewable_certificates(folder_)) {
        const crypto::Certificate before = first(file);

        const auto renewed = renew(file, before.not_before() + (before.not_after() - before.not_before()) / 2);

        ASSERT_TRUE(renewed) << renewed.error().what;
        EXPECT_EQ(*renewed, Renewal::NotDue);
        EXPECT_TRUE(equal(first(file).der(), before.der()));
    }
}

TEST_F(CertificateRenewal, KeepsKeyAndNamesAndTheChainAbove) {
    for (const std::string& file : renewable_certificates(folder_)) {
        const crypto::Certificate before = first(file);
        const WallTime now = shortly_before_the_end_of(file);

        const auto renewed = renew(file, now);

        ASSERT_TRUE(renewed) << renewed.error().what;
        EXPECT_EQ(*renewed, Renewal::Done);
        const auto chain = read_certificates(file).value();
        ASSERT_EQ(chain.size(), 2U);
        EXPECT_GT(chain[0].not_after(), now + std::chrono::days(365));
        EXPECT_EQ(chain[0].public_key().thumbprint(), before.public_key().thumbprint());
        EXPECT_EQ(chain[0].subject_cn(), before.subject_cn());
        EXPECT_EQ(chain[0].alternative_names(), before.alternative_names());
        EXPECT_NE(chain[0].serial_text(), before.serial_text());
        EXPECT_TRUE(chain[0].verify_signature(chain[1].public_key()));
    }
}

TEST_F(CertificateRenewal, ComesAlsoAfterTheEnd) {
    const auto renewed = renew(broker_, first(broker_).not_after() + std::chrono::days(400));

    ASSERT_TRUE(renewed) << renewed.error().what;
    EXPECT_EQ(*renewed, Renewal::Done);
}

TEST_F(CertificateRenewal, DoesNotComeByAClockThatIsInThePast) {
    const auto renewed = renew(broker_, WallTime{});

    ASSERT_TRUE(renewed);
    EXPECT_EQ(*renewed, Renewal::NotDue);
}

TEST_F(CertificateRenewal, EndsWithTheIssuingAuthority) {
    const WallTime end = read_certificates(folder_.issuing_certificate())->front().not_after();
    ASSERT_TRUE(renew(broker_, end - std::chrono::days(40)));

    const auto once_more = renew(broker_, end - std::chrono::days(5));

    ASSERT_FALSE(once_more);
    EXPECT_EQ(first(broker_).not_after(), end);
    EXPECT_EQ(once_more.error().kind, ErrorKind::Denied);
    EXPECT_THAT(once_more.error().what, testing::HasSubstr("ends too soon"));
}

TEST_F(CertificateRenewal, RefusesACertificateOfAnotherAuthorityAndLeavesIt) {
    const std::string foreign = read_text_file(folder_.root_certificate(), 1U << 16U).value();
    std::filesystem::remove(broker_);
    ASSERT_TRUE(write_new(broker_, as_bytes(foreign), 0644));

    const auto renewed = renew(broker_, shortly_before_the_end_of(broker_));

    EXPECT_FALSE(renewed);
    EXPECT_EQ(read_text_file(broker_, 1U << 16U).value(), foreign);
}

}  // namespace
}  // namespace anchor::registryd
