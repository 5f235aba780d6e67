// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/crl.h>

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>

#include "crypto/der.h"
#include "crypto/extensions.h"
#include "crypto/oids.h"
#include "crypto/signed_object.h"
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

// A list that anyone could have written: what its issuer and its key identifier say has these sizes.
Result<Crl> list_of_sizes(std::size_t common_name, std::size_t key_id) {
    const Bytes algorithm = signing_algorithm(KeyAlg::EcP256);
    const Bytes attribute = der::sequence({der::oid(oids::kCommonName), der::utf8(std::string(common_name, 'x'))});
    const Bytes issuer = der::sequence({der::element(der::kSet, {attribute})});
    const Bytes extensions = der::element(der::context(0, true), {der::sequence({authority_key_id_extension(Bytes(key_id, 7))})});
    const Bytes list = der::sequence({der::small_integer(1), algorithm, issuer, der::time(time_of("2026-01-01T00:00:00Z")),
                                      der::time(time_of("2027-01-01T00:00:00Z")), extensions});
    return Crl::from_der(der::sequence({list, algorithm, der::bit_string(Bytes(70, 1))}));
}

TEST(Crl, RefusesLongNamesAndKeyIdentifiersWithTheirPlace) {
    EXPECT_TRUE(list_of_sizes(4000, 64));

    EXPECT_EQ(list_of_sizes(100, 65).error().what, "revocation list: authority key identifier: larger than 64 octets");
    EXPECT_EQ(list_of_sizes(4096, 20).error().what, "revocation list: issuer: a name larger than 4096 octets");
    EXPECT_FALSE(list_of_sizes(8U << 20U, 20));
}

TEST(Crl, IsHashedOnceHoweverManyKeysAreTried) {
    const auto octets = std::make_shared<Bytes>(vector_octets("crl_revoked.der"));
    const Crl list = Crl::from_octets(SharedOctets(octets, *octets)).value();

    EXPECT_FALSE(list.verify_signature(vector_certificate("other_issuing").public_key()));
    (*octets)[octets->size() / 2] ^= 1U;  // nobody may do that; who hashed again would notice it

    EXPECT_TRUE(list.verify_signature(vector_certificate("issuing").public_key()));
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
    // The reason code becomes a certificate issuer, the list's number a delta's base, both critical: their BOOLEAN comes from the octets of
    // the value.
    std::string hex = to_hex(vector_octets("crl_revoked.der"));
    const std::size_t reason = hex.find("300a0603551d1504030a0101");
    ASSERT_NE(reason, std::string::npos);
    std::string entry = hex;
    entry.replace(reason, 24, "300a0603551d1d0101ff0400");

    EXPECT_THAT(Crl::from_der(from_hex(entry).value()).error().what, HasSubstr("unknown critical extension 2.5.29.29"));
    const std::size_t number = hex.find("300a0603551d14040302012");
    ASSERT_NE(number, std::string::npos);
    hex.replace(number, 24, "300a0603551d1b0101ff0400");
    EXPECT_THAT(Crl::from_der(from_hex(hex).value()).error().what, HasSubstr("CRL number")) << "a delta list without a base";
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

CrlContent delta_content(std::uint64_t base, std::vector<RevokedCertificate> revoked) {
    CrlContent delta = content(std::move(revoked));
    delta.base = base;
    delta.only_end_entities = true;
    return delta;
}

TEST(Crl, SaysReasonsBaseAndWhatItCovers) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const WallTime since = time_of("2026-02-03T04:05:06Z");

    const auto delta = issue_crl(root, key, delta_content(3, {{Bytes{5}, since, CrlReason::RemoveFromCrl}, {Bytes{6}, since}}));

    ASSERT_TRUE(delta) << delta.error().what;
    EXPECT_EQ(delta->base(), 3U);
    EXPECT_TRUE(delta->only_end_entities());
    EXPECT_EQ(delta->find(Bytes{5}), (RevocationEntry{since, CrlReason::RemoveFromCrl}));
    EXPECT_FALSE(delta->is_revoked(Bytes{5}));
    EXPECT_EQ(delta->find(Bytes{6}), (RevocationEntry{since, CrlReason::Unspecified}));
    for (const std::uint64_t code : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 8U, 9U, 10U}) EXPECT_NE(to_string(crl_reason_from(code).value()), "");
    EXPECT_FALSE(crl_reason_from(7));
    EXPECT_FALSE(crl_reason_from(11));
}

TEST(Crl, OfAFullListTakesNothingOff) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const RevokedCertificate removed{Bytes{5}, time_of("2026-02-03T04:05:06Z"), CrlReason::RemoveFromCrl};
    CrlContent forward = delta_content(7, {});

    EXPECT_THAT(issue_crl(root, key, content({removed})).error().what, HasSubstr("removed, on a full list"));
    EXPECT_THAT(issue_crl(root, key, forward).error().what, HasSubstr("base is not below its number"));
}

// Numbers that differ in size, in their last octet and in nothing but a leading octet: a wrong answer for one of them is a hole.
std::vector<RevokedCertificate> many(std::size_t count) {
    std::vector<RevokedCertificate> revoked;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes serial(1 + i % 20, static_cast<std::uint8_t>(1 + i % 127));
        for (std::size_t n = 0; n < 3 && n < serial.size(); ++n) serial[serial.size() - 1 - n] = static_cast<std::uint8_t>(i >> (8 * n));
        serial.front() = static_cast<std::uint8_t>(serial.front() % 127 + 1);
        const auto reason = i % 3 == 0 ? CrlReason::KeyCompromise : CrlReason::Unspecified;
        revoked.push_back({serial, time_of("2026-02-03T04:05:06Z") + Seconds(i % 86400), reason});
    }
    std::ranges::sort(revoked, {}, &RevokedCertificate::serial);
    const auto twice = std::ranges::unique(revoked, {}, &RevokedCertificate::serial);
    revoked.erase(twice.begin(), twice.end());
    return revoked;
}

TEST(Crl, AnswersExactlyForEachOfManyAndForNoOther) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const auto all = many(5000);
    std::vector<RevokedCertificate> listed;
    for (std::size_t i = 0; i < all.size(); i += 2) listed.push_back(all[i]);

    const Crl list = issue_crl(root, key, content(listed)).value();

    EXPECT_EQ(list.size(), listed.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto found = list.find(all[i].serial);
        ASSERT_EQ(found.has_value(), i % 2 == 0) << to_hex(all[i].serial);
        if (found) {
            EXPECT_EQ(*found, (RevocationEntry{all[i].since, all[i].reason}));
        }
    }
    EXPECT_FALSE(list.find({}));
    EXPECT_FALSE(list.find(Bytes(21, 1)));
    EXPECT_LE(list.index_memory(), 10 * list.size());
}

TEST(Crl, ReadsEntriesInAnyValidSpelling) {
    SoftwareKey key = SoftwareKey::generate(KeyAlg::EcP256).value();
    const Certificate root = CertificateBuilder::root(key, "Root", kValidity).value();
    const std::vector<RevokedCertificate> odd = {{Bytes{0x80}, time_of("2026-01-31T23:59:59Z")},
                                                 {Bytes{0}, time_of("2050-01-01T00:00:00Z")},
                                                 {Bytes{7}, time_of("2024-02-29T00:00:00Z"), CrlReason::CertificateHold}};

    const Crl list = issue_crl(root, key, content(odd)).value();

    for (const auto& one : odd) EXPECT_EQ(list.find(one.serial), (RevocationEntry{one.since, one.reason})) << to_hex(one.serial);
    Bytes bad = to_bytes(list.der());
    const std::string date = "260131235959Z";
    const auto at = std::ranges::search(bad, date);
    ASSERT_FALSE(at.empty());
    at[3] = '2';  // there is no 31 February
    EXPECT_THAT(Crl::from_der(bad).error().what, HasSubstr("revocation date"));
}

TEST(Crl, IsTheSameFromAMappedFile) {
    const Crl list = vector_crl("crl_revoked");
    const auto mapped = Crl::from_file(vector_path("crl_revoked.der"));

    ASSERT_TRUE(mapped) << mapped.error().what;
    EXPECT_TRUE(equal(mapped->der(), list.der()));
    EXPECT_TRUE(mapped->is_revoked(vector_certificate("revoked").serial()));
    EXPECT_EQ(Crl::from_file(vector_path("no_such_file")).error().kind, ErrorKind::Unavailable);
    EXPECT_EQ(Crl::from_file(vector_path("")).error().kind, ErrorKind::Rejected) << "a folder";
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
