// SPDX-License-Identifier: Apache-2.0

// Small texts: moments, exit codes, registers.

#include <gtest/gtest.h>

#include "cli/elapsed.h"
#include "cli/exit_code.h"
#include "cli/pcr_text.h"

namespace anchor::cli {
namespace {

TEST(Elapsed, SaysTheLargestUnitThatFits) {
    const WallTime now = from_rfc3339("2027-03-01T09:00:00Z").value();

    EXPECT_EQ(elapsed(now, now), "now");
    EXPECT_EQ(elapsed(now - Milliseconds(999), now), "now");
    EXPECT_EQ(elapsed(now - Seconds(1), now), "1 second ago");
    EXPECT_EQ(elapsed(now - Seconds(119), now), "1 minute ago");
    EXPECT_EQ(elapsed(now + std::chrono::hours(47), now), "in 1 day");
    EXPECT_EQ(elapsed(now + std::chrono::hours(24 * 800), now), "in 2 years");
    EXPECT_EQ(moment_with_elapsed("soon\n", now), "soon?");
}

TEST(ExitCode, TellsLevelsAndErrorsApart) {
    EXPECT_EQ(exit_code_of_level("trusted"), 0);
    EXPECT_EQ(exit_code_of_level("restricted"), 10);
    EXPECT_EQ(exit_code_of_level("unverified"), 11);
    EXPECT_EQ(exit_code_of_level("quarantined"), 12);
    EXPECT_EQ(exit_code_of_level("revoked"), 13);
    EXPECT_EQ(exit_code_of_level("excellent"), 11);
    EXPECT_EQ(exit_code_of(denied("x")), 3);
    EXPECT_EQ(exit_code_of(rejected("x")), 3);
    EXPECT_EQ(exit_code_of(unavailable("x")), 1);
    EXPECT_EQ(exit_code_of(denied("x", EACCES)), 4);
}

TEST(PcrText, ReadsWhatTheToolsPrint) {
    const std::string zeros(40, '0');
    const auto values = pcr_values_from("  sha1:\n    0 : 0x" + zeros + "\n    10: 0x" + std::string(40, 'A') +
                                        "\n  sha256:\n  sm3_256:\n    0 : 0x" + std::string(64, '1') + "\n");

    ASSERT_TRUE(values) << values.error().what;
    EXPECT_EQ(values->size(), 2U);
    EXPECT_TRUE(values->find(HashAlg::Sha1, 10)->all(0xAA));
}

TEST(PcrText, ReadsOneRegisterALine) {
    const auto values = pcr_values_from("sha1 7 " + std::string(40, '2') + "\nsha256 7 " + std::string(64, '3') + "\n");

    ASSERT_TRUE(values) << values.error().what;
    EXPECT_TRUE(values->find(HashAlg::Sha256, 7)->all(0x33));
}

TEST(PcrText, TakesTheBankFromACommandLineOrALengthWhereNoneIsNamed) {
    const std::string line = "0: " + std::string(40, '2') + "\n";
    const auto bare = pcr_values_from(line + "1: " + std::string(64, '3') + "\n");
    const auto printed = pcr_values_from("pcrread: tsspcrread -halg sha1\n" + line);

    ASSERT_TRUE(bare) << bare.error().what;
    EXPECT_TRUE(bare->find(HashAlg::Sha1, 0)->all(0x22));
    EXPECT_TRUE(bare->find(HashAlg::Sha256, 1)->all(0x33));
    ASSERT_TRUE(printed) << printed.error().what;
    EXPECT_TRUE(printed->find(HashAlg::Sha1, 0)->all(0x22));
    EXPECT_FALSE(pcr_values_from("pcrread: tsspcrread -halg sm3_256\n0: " + std::string(64, '2') + "\n"));
}

TEST(PcrText, NamesTheLineThatIsNone) {
    const auto complaint = [](std::string_view text) {
        const auto values = pcr_values_from(text);
        return values ? std::string("none") : values.error().what;
    };

    EXPECT_EQ(complaint(""), "no register has a value there");
    EXPECT_EQ(complaint("sha1:\n 24 : 0x00\n"), "line 2: no register: 24");
    EXPECT_EQ(complaint("hello world out there\n"), "line 1: expected a bank, or a register and its value");
    EXPECT_EQ(complaint("sha1:\n 0 : 0x00\n").substr(0, 7), "line 2:");
    EXPECT_EQ(complaint("0: 00\n"), "line 1: no bank has registers of 1 octets");
    EXPECT_EQ(complaint("sha1:\n 0 : 0xzz\n").substr(0, 7), "line 2:");
}

}  // namespace
}  // namespace anchor::cli
