// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/registers.h>

#include <gtest/gtest.h>

#include <anchor/base/file.h>

namespace anchor::measure {
namespace {

Digest filled(HashAlg alg, std::uint8_t octet) { return Digest::from(alg, Bytes(digest_size(alg), octet)).value(); }

class Registers : public testing::Test {
protected:
    Registers() {
        reference_.pcrs[4] = {filled(HashAlg::Sha256, 1), filled(HashAlg::Sha256, 2)};
        reference_.pcrs[7] = {filled(HashAlg::Sha256, 7), filled(HashAlg::Sha384, 7)};
        quoted_.set(4, filled(HashAlg::Sha256, 2));
        quoted_.set(7, filled(HashAlg::Sha256, 7));
        quoted_.set(7, filled(HashAlg::Sha384, 7));
    }

    ClaimValue claimed(const char* name) {
        Claims claims;
        claim_registers(quoted_, &reference_, nullptr, SteadyTime{}, claims);
        return claims.find(name)->value;
    }

    BootReference reference_;
    PcrValues quoted_;
};

TEST_F(Registers, AsksForEveryRegisterInEveryBankThatTheReferenceNames) {
    EXPECT_EQ(registers_of(reference_), (std::vector<PcrSelection>{{HashAlg::Sha256, 0x90}, {HashAlg::Sha384, 0x80}}));
}

TEST_F(Registers, MatchWhereEachHoldsOneOfItsValues) {
    EXPECT_EQ(claimed("boot.pcrs_match"), ClaimValue{true});
    EXPECT_EQ(claimed("boot.pcr_mismatches"), ClaimValue{std::vector<std::string>{}});
}

TEST_F(Registers, AMismatchSaysWhichRegisterAndBothValues) {
    quoted_.set(4, filled(HashAlg::Sha256, 0xee));

    EXPECT_EQ(claimed("boot.pcrs_match"), ClaimValue{false});
    EXPECT_EQ(claimed("boot.pcr_mismatches"),
              ClaimValue{std::vector<std::string>{"PCR 4 (sha256): expected 0101010101010101… or one of 1 more, found eeeeeeeeeeeeeeee…"}});
}

TEST_F(Registers, OneWrongBankIsAMismatchThoughTheOtherIsRight) {
    quoted_.set(7, filled(HashAlg::Sha384, 8));
    EXPECT_EQ(claimed("boot.pcrs_match"), ClaimValue{false});
}

TEST_F(Registers, WhatCannotBeComparedIsUnknownAndNeverAMatch) {
    Claims none;
    claim_registers(quoted_, nullptr, nullptr, SteadyTime{}, none);
    EXPECT_TRUE(std::holds_alternative<Unknown>(none.find("boot.pcrs_match")->value));

    reference_.pcrs[9] = {filled(HashAlg::Sha256, 9)};
    EXPECT_EQ(claimed("boot.pcrs_match"), ClaimValue{Unknown{"PCR 9 (sha256) was not quoted"}});

    reference_.pcrs.clear();
    EXPECT_EQ(claimed("boot.pcrs_match"), ClaimValue{Unknown{"there are no reference values for the registers"}});
}

// A real boot: what the reference says of it beyond the values of registers is judged by its log.
class BootAgainstItsReference : public testing::Test {
protected:
    ClaimValue match() {
        const ReplayReport report = compare_replay(log_, replay(log_), quoted_);
        const ReplayedLog replayed{log_, report};
        return match_by(&replayed);
    }
    ClaimValue match_by(const ReplayedLog* log) {
        Claims claims;
        claim_registers(quoted_, &reference_, log, SteadyTime{}, claims);
        return claims.find("boot.pcrs_match")->value;
    }

    Bytes octets_ = read_file(ANCHOR_SOURCE_DIR "/tests/vectors/boot/debian12-ovmf.eventlog.bin", 1U << 20U).value();
    EventLog log_ = parse_event_log(octets_);
    PcrValues quoted_ = replay(log_).values;
    BootReference whole_ = make_boot_reference(log_, {HashAlg::Sha256, 0xff});
    BootReference reference_;
};

TEST_F(BootAgainstItsReference, ImagesCountWhereTheirRegisterHasNoValue) {
    reference_.images = whole_.images;
    EXPECT_EQ(match(), ClaimValue{true});
    reference_.images = {{filled(HashAlg::Sha256, 1), "another loader"}};
    EXPECT_EQ(match(), ClaimValue{false});

    EXPECT_TRUE(std::holds_alternative<Unknown>(match_by(nullptr)));
    reference_.pcrs[4] = whole_.pcrs[4];
    EXPECT_EQ(match_by(nullptr), ClaimValue{true}) << "an accepted value says all about its events";
}

TEST_F(BootAgainstItsReference, FirmwareThatIsTooOldCounts) {
    reference_.pcrs[7] = whole_.pcrs[7];
    EXPECT_EQ(match(), ClaimValue{true});
    reference_.min_firmware = "99999";
    EXPECT_NE(match(), ClaimValue{true});
}

TEST_F(BootAgainstItsReference, EventsCountWithoutAValueOfTheirRegister) {
    reference_.events[4] = whole_.events[4];
    EXPECT_EQ(match(), ClaimValue{true});
    reference_.events[4].front().digest = filled(HashAlg::Sha256, 1);
    EXPECT_EQ(match(), ClaimValue{false});
}

TEST_F(BootAgainstItsReference, ALogThatTheRegistersDoNotProveSaysNothing) {
    reference_.images = whole_.images;
    quoted_.set(4, filled(HashAlg::Sha256, 9));
    EXPECT_TRUE(std::holds_alternative<Unknown>(match()));
}

}  // namespace
}  // namespace anchor::measure
