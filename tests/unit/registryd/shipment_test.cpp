// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <registryd/shipment.h>

namespace anchor::registryd {
namespace {

using testing::HasSubstr;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

std::string refusal(const std::string& csv) {
    const auto keys = shipment_from(csv);
    return keys ? "taken" : keys.error().what;
}

TEST(Shipment, TakesDigestsAndKeepsTheOtherColumnsForPeople) {
    const auto keys = shipment_from("serial,ek_sha256,site\r\n17," + kA + ",\"Halle \"\"3\"\", öst\"\r\n\n18," + kB + ",\n").value();

    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(to_hex(keys[0].digest), kA);
    EXPECT_EQ(keys[0].note, "serial 17, site Halle \"3\", öst");
    EXPECT_EQ(keys[1].note, "serial 18");
}

TEST(Shipment, TakesCertificatesByTheirFingerprint) {
    auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const WallTime now = from_rfc3339("2026-11-23T12:00:00Z").value();
    const auto certificate = crypto::CertificateBuilder::root(key, "EK", {now, now + std::chrono::days(9)}).value();

    const auto keys = shipment_from(
                          "\xef\xbb\xbf"
                          "ek_certificate\n" +
                          to_base64(certificate.der()))
                          .value();

    ASSERT_EQ(keys.size(), 1U);
    EXPECT_TRUE(std::ranges::equal(keys[0].digest, certificate.fingerprint().view()));
}

TEST(Shipment, TellsEveryMistakeWithItsLineAndColumn) {
    EXPECT_THAT(refusal(""), HasSubstr("line 1, column 1: names neither"));
    EXPECT_THAT(refusal("serial\n1\n"), HasSubstr("line 1, column 1: names neither"));
    EXPECT_THAT(refusal("ek_sha256,a,a\n"), HasSubstr("line 1, column 13: a second column \"a\""));
    EXPECT_THAT(refusal("a,ek_sha256\n1," + kA + "\n22,abc\n"), HasSubstr("line 3, column 4: ek_sha256 is not 64 digits of hex"));
    EXPECT_THAT(refusal("ek_sha256,a\n" + kA + "\n"), HasSubstr("line 2, column 1: 1 fields, expected 2"));
    EXPECT_THAT(refusal("ek_sha256,a\n" + kA + ",\"two\nlines\"\n" + kA + ",\n"), HasSubstr("line 4, column 1: the same key as in line 2"));
    EXPECT_THAT(refusal("ek_sha256,a\n" + kA + ",\"open\n"), HasSubstr("line 2, column 66: a quote is not closed"));
    EXPECT_THAT(refusal("ek_sha256,a\n" + kA + ",\"two\nx\"y\n"), HasSubstr("line 3, column 3: something stands after"));
    EXPECT_THAT(refusal("ek_sha256,a\n" + kA + ",x\"y\n"), HasSubstr("line 2, column 67: a quote inside"));
    EXPECT_THAT(refusal("ek_sha256,ek_certificate\n,\n"), HasSubstr("line 2, column 1: has neither"));
    EXPECT_THAT(refusal("ek_certificate\nAAAA\n"), HasSubstr("line 2, column 1: ek_certificate"));
    EXPECT_THAT(refusal(std::string(63, ',')), HasSubstr("line 1, column 2: a second column \"\""));
    EXPECT_THAT(refusal(std::string(64, ',')), HasSubstr("line 1, column 65: more than 64 columns"));
}

TEST(Shipment, NoNoteSteersATerminalOrGrowsForEver) {
    EXPECT_EQ(shipment_from("ek_sha256,a\n" + kA + ",\x1b[2J\n").value()[0].note, "a ?[2J");
    EXPECT_EQ(shipment_from("ek_sha256,a\n" + kA + "," + std::string(999, 'x') + "\n").value()[0].note.size(), 200U);
}

}  // namespace
}  // namespace anchor::registryd
