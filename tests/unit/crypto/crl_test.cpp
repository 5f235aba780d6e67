// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/crl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>

#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::HasSubstr;

const Validity kValidity{time_of("2025-01-01T00:00:00Z"), time_of("2055-01-01T00:00:00Z")};

CrlContent content(std::vector<RevokedCertificate> revoked) {
    return {7, time_of("2026-01-01T00:00:00Z"), time_of("2051-01-01T00:00:00Z"), std::move(revoked)};
}

TEST(Crl, SaysWhatOpensslWrote) {
    const Crl list = vector_crl("crl_revoked");
    const Certificate revoked = vector_certificate("revoked");
    const Certificate issuing = vector_certificate("issuing");

    EXPECT_EQ(list.issuer(), "O=Fleet, CN=Issuing");
    EXPECT_TRUE(list.number().has_value());
    EXPECT_EQ(list.this_update(), time_of("2026-04-01T00:00:00Z"));
    EXPECT_EQ(list.next_update(), time_of("2045-01-01T00:00:00Z"));
    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(list.revoked_at(revoked.serial()), time_of("2026-03-01T12:00:00Z"));
    EXPECT_FALSE(list.is_revoked(issuing.serial()));
    EXPECT_TRUE(equal(list.authority_key_id(), issuing.subject_key_id()));
    EXPECT_EQ(list.pem(), vector_text("crl_revoked.pem"));
    EXPECT_EQ(vector_crl("crl_empty").size(), 0U);
}

TEST(Crl, IsItsIssuersAlone) {
    const Crl list = vector_crl("crl_revoked");

    EXPECT_TRUE(list.verify_signature(vector_certificate("issuing").public_key()));
    EXPECT_FALSE(list.verify_signature(vector_certificate("other_issuing").public_key()));
}

TEST(Crl, RefusesTruncationsAndOctetsAfterTheEnd) {
    const Bytes whole = vector_octets("crl_revoked.der");
    Bytes longer = whole;
    longer.push_back(0);

    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(Crl::from_der(ByteView(whole).first(size)));
    EXPECT_FALSE(Crl::from_der(longer));
    EXPECT_FALSE(Crl::from_pem(vector_text("root.pem")));
}

TEST(Crl, RefusesCriticalExtensionsOfListAndEntry) {
    // The reason code and the list's number become unknown and critical: their BOOLEAN comes from the octets of the value.
    std::string hex = to_hex(vector_octets("crl_revoked.der"));
    const std::size_t reason = hex.find("300a0603551d1504030a0101");
    ASSERT_NE(reason, std::string::npos);
    std::string entry = hex;
    entry.replace(reason, 24, "300a0603551d150101ff0400");

    EXPECT_THAT(Crl::from_der(from_hex(entry).value()).error().what, HasSubstr("unknown critical extension 2.5.29.21"));
    const std::size_t number = hex.find("300a0603551d14040302012");
    ASSERT_NE(number, std::string::npos);
    hex.replace(number, 24, "300a0603551d1b0101ff0400");
    EXPECT_THAT(Crl::from_der(from_hex(hex).value()).error().what, HasSubstr("unknown critical extension 2.5.29.27")) << "a delta list";
}

TEST(Crl, IsIssuedAndReadBack) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP384).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const WallTime since = time_of("2026-02-03T04:05:06Z");

    const auto list = issue_crl(root, key, content({{Bytes{0x80, 1}, since}, {Bytes{5}, since}, {Bytes(20, 0x7f), since}}));

    ASSERT_TRUE(list) << list.error().what;
    EXPECT_TRUE(list->verify_signature(root.public_key()));
    EXPECT_EQ(list->number(), 7U);
    EXPECT_EQ(list->size(), 3U);
    EXPECT_EQ(list->revoked_at(Bytes{0x80, 1}), since);
    EXPECT_TRUE(list->is_revoked(Bytes{5}));
    EXPECT_FALSE(list->is_revoked(Bytes{6}));
    EXPECT_EQ(list->next_update(), time_of("2051-01-01T00:00:00Z"));
    EXPECT_EQ(issue_crl(root, key, content({}))->size(), 0U);
}

TEST(Crl, IsNotIssuedWhereItWouldBeWrong) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    SoftwareKey other = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const Certificate device = CertificateBuilder::open(root, key)->device(other.public_value(), "fleet", "device", kValidity).value();
    CrlContent backwards = content({});
    std::swap(backwards.this_update, backwards.next_update);
    const WallTime since = time_of("2026-02-03T04:05:06Z");

    EXPECT_THAT(issue_crl(root, other, content({})).error().what, HasSubstr("key is not its issuer's"));
    EXPECT_THAT(issue_crl(device, other, content({})).error().what, HasSubstr("may not sign lists"));
    EXPECT_THAT(issue_crl(root, key, backwards).error().what, HasSubstr("ends before"));
    EXPECT_THAT(issue_crl(root, key, content({{Bytes{5}, since}, {Bytes{0, 5}, since}})).error().what, HasSubstr("twice"));
}

}  // namespace
}  // namespace anchor::crypto
