// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/certificate.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>

#include "crypto/extensions.h"
#include "crypto/oids.h"
#include "vectors.h"

namespace anchor::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The certificate with the only occurrence of some octets replaced by as many others.
Result<Certificate> altered(const std::string& name, const std::string& from_hex_text, const std::string& to_hex_text) {
    std::string hex = to_hex(vector_certificate(name).der());
    const std::size_t at = hex.find(from_hex_text);
    EXPECT_NE(at, std::string::npos);
    hex.replace(at, from_hex_text.size(), to_hex_text);
    return Certificate::from_der(from_hex(hex).value());
}

TEST(Certificate, SaysWhatOpensslWrote) {
    const Certificate server = vector_certificate("server");

    EXPECT_EQ(server.subject_cn(), "broker");
    EXPECT_EQ(server.subject(), "CN=broker");
    EXPECT_EQ(server.issuer(), "O=Fleet, CN=Issuing");
    EXPECT_EQ(server.not_before(), time_of("2025-01-01T00:00:00Z"));
    EXPECT_EQ(server.not_after(), time_of("2045-01-01T00:00:00Z"));
    EXPECT_THAT(server.alternative_names().dns, ElementsAre("broker.example", "*.fleet.example"));
    EXPECT_EQ(server.alternative_names().addresses.at(0), (Bytes{192, 0, 2, 7}));
    EXPECT_EQ(server.alternative_names().addresses.at(1).size(), 16U);
    EXPECT_TRUE(server.allows(KeyUsage::DigitalSignature));
    EXPECT_FALSE(server.allows(KeyUsage::CertSign));
    EXPECT_TRUE(server.allows(ExtendedUsage::ServerAuth));
    EXPECT_FALSE(server.allows(ExtendedUsage::ClientAuth));
    EXPECT_FALSE(server.is_ca());
    EXPECT_FALSE(server.is_self_issued());
    EXPECT_EQ(server.pem(), vector_text("server.pem"));
}

TEST(Certificate, OfAnAuthoritySaysWhatItMayDo) {
    const Certificate issuing = vector_certificate("issuing");
    const Certificate root = vector_certificate("root");

    EXPECT_TRUE(issuing.is_ca());
    EXPECT_EQ(issuing.path_length(), 0U);
    EXPECT_EQ(root.path_length(), std::nullopt);
    EXPECT_EQ(root.not_after(), time_of("2060-01-01T00:00:00Z")) << "GeneralizedTime from 2050 on";
    EXPECT_TRUE(root.is_self_issued());
    EXPECT_TRUE(equal(issuing.authority_key_id(), root.subject_key_id()));
    EXPECT_TRUE(equal(issuing.issuer_name(), root.subject_name()));
    EXPECT_TRUE(issuing.verify_signature(root.public_key()));
    EXPECT_FALSE(issuing.verify_signature(issuing.public_key()));
    EXPECT_EQ(issuing.signature_algorithm(), (SignatureAlgorithm{SignatureScheme::Ecdsa, HashAlg::Sha384}));
}

TEST(Certificate, WithoutUsageExtensionsAllowsEveryKeyUsageAndNoExtendedOne) {
    const Certificate plain = vector_certificate("no_usage");

    EXPECT_TRUE(plain.allows(KeyUsage::DigitalSignature));
    EXPECT_FALSE(plain.has_extended_usage());
    EXPECT_FALSE(plain.allows(ExtendedUsage::ClientAuth));
}

TEST(Certificate, CarriesTheDevicesNameAsUri) {
    EXPECT_THAT(vector_certificate("device").alternative_names().uris, ElementsAre("urn:anchord:fleet:abcdefghijklmnopqrstuvwxyz"));
}

TEST(Certificate, NamesTheCriticalExtensionThatItDoesNotKnow) {
    EXPECT_EQ(vector_certificate("unknown_critical").unknown_critical(), "1.2.3.4.5");
    EXPECT_EQ(vector_certificate("device").unknown_critical(), "");
}

// The constraints of this authority are critical; here they say that they are not, and are of names or of policies.
TEST(Certificate, CallsConstraintsUnknownWhateverTheySayOfThemselves) {
    const std::string critical = "0603551d1e0101ff";
    const auto what_it_calls_unknown = [&](const std::string& instead) {
        return altered("name_constraints_ca", critical, instead)->unknown_critical();
    };

    EXPECT_EQ(what_it_calls_unknown("0603551d1e010100"), "2.5.29.30");
    EXPECT_EQ(what_it_calls_unknown("0603551d24010100"), "2.5.29.36");
    EXPECT_EQ(what_it_calls_unknown("0603551d7f010100"), "") << "of anything else we take its word";
}

TEST(Certificate, RefusesLongKeyIdentifiersWithTheirPlace) {
    const Bytes longest = der::octet_string(Bytes(64, 1));
    const Bytes longer = der::octet_string(Bytes(65, 1));

    EXPECT_EQ(interpret({{oids::kSubjectKeyId, false, longest}})->subject_key_id.size(), 64U);
    EXPECT_EQ(interpret({{oids::kSubjectKeyId, false, longer}}).error().what, "subject key identifier: larger than 64 octets");
}

TEST(Certificate, FingerprintIsTheHashOfAllOctets) {
    const Certificate device = vector_certificate("device");
    const auto copy = Certificate::from_der(device.der());

    EXPECT_EQ(copy->fingerprint(), device.fingerprint());
    EXPECT_EQ(*copy, device);
    EXPECT_NE(device.fingerprint(), vector_certificate("server").fingerprint());
}

TEST(Certificate, RefusesEveryTruncationAndOctetsAfterTheEnd) {
    const Bytes whole = to_bytes(vector_certificate("device").der());
    Bytes longer = whole;
    longer.push_back(0);

    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(Certificate::from_der(ByteView(whole).first(size)));
    EXPECT_FALSE(Certificate::from_der(longer));
    EXPECT_THAT(Certificate::from_der(Bytes(Certificate::kMaxSize + 1)).error().what, HasSubstr("larger than"));
}

TEST(Certificate, SurvivesEveryFlippedOctet) {
    Bytes octets = to_bytes(vector_certificate("server").der());
    std::size_t refused = 0;
    for (std::uint8_t& octet : octets) {
        octet ^= 0x81U;
        if (!Certificate::from_der(octets)) ++refused;
        octet ^= 0x81U;
    }

    EXPECT_GT(refused, octets.size() / 4) << "most of a certificate is structure or key";
}

TEST(Certificate, RefusesNamesThatHideSomething) {
    // "broker.example" with a zero octet, and with a space, in the place of its dot
    EXPECT_THAT(altered("server", to_hex(as_bytes("broker.e")), "62726f6b65720065").error().what, HasSubstr("not visible ASCII"));
    EXPECT_FALSE(altered("server", to_hex(as_bytes("broker.e")), "62726f6b65722065"));
}

TEST(Certificate, ShowsControlCharactersOfItsNamesEscaped) {
    const auto evil = altered("device", "0c1a" + to_hex(as_bytes("abcdefghijkl")), "0c1a" + to_hex(as_bytes("abc\ndef,CN=k")));

    ASSERT_TRUE(evil);
    EXPECT_EQ(evil->subject(), "CN=abc\\0adef\\,CN\\=kmnopqrstuvwxyz");
}

TEST(Certificate, RefusesAnExtensionTwiceAndOtherVersions) {
    // extendedKeyUsage becomes a second keyUsage; version 3 becomes version 2
    EXPECT_THAT(altered("device", "0603551d25", "0603551d0f").error().what, HasSubstr("2.5.29.15: twice"));
    EXPECT_THAT(altered("device", "a003020102", "a003020101").error().what, HasSubstr("version: not 3"));
}

TEST(Certificate, RefusesAlgorithmsThatDifferInsideAndOutside) {
    const auto altered_inside = altered("device", "300a06082a8648ce3d0403023", "300a06082a8648ce3d0403033");

    ASSERT_FALSE(altered_inside);
    EXPECT_THAT(altered_inside.error().what, HasSubstr("two signature algorithms differ"));
}

TEST(CertificateBundle, IsReadInOrderAndNamesTheBadOne) {
    const std::string good = "some text\n" + vector_text("root.pem") + vector_text("issuing.pem");
    std::string bad = good;
    bad.replace(bad.rfind("MII"), 3, "MIJ");

    const auto bundle = Certificate::bundle_from_pem(good);

    ASSERT_TRUE(bundle);
    EXPECT_THAT(*bundle, ElementsAre(vector_certificate("root"), vector_certificate("issuing")));
    EXPECT_THAT(Certificate::bundle_from_pem(bad).error().what, HasSubstr("certificate 2 of the bundle"));
    EXPECT_FALSE(Certificate::from_pem(good)) << "two where one was asked for";
    EXPECT_FALSE(Certificate::bundle_from_pem(""));
    EXPECT_FALSE(Certificate::bundle_from_pem(vector_text("p256_public.pem")));
    EXPECT_FALSE(Certificate::bundle_from_pem(good.substr(0, good.size() - 30)));
}

TEST(CertificateBundle, IsBounded) {
    std::string many;
    for (std::size_t i = 0; i <= Certificate::kMaxBundle; ++i) many += vector_text("root.pem");

    EXPECT_THAT(Certificate::bundle_from_pem(many).error().what, HasSubstr("more than 256"));
}

}  // namespace
}  // namespace anchor::crypto
