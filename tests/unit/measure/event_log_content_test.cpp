// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_content.h>

#include <gtest/gtest.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

ContentVerdict verdict_of(const LogBuilder& built) {
    const EventLog log = parse_event_log(built.octets());
    return check_content(log, log.events().back());
}

std::vector<std::uint32_t> mismatches_of(const std::string& path) {
    const Bytes octets = octets_of(path);
    const EventLog log = parse_event_log(octets);
    std::vector<std::uint32_t> numbers;
    for (const BootEvent& event : log.events()) {
        if (check_content(log, event) == ContentVerdict::Mismatch) numbers.push_back(event.number);
    }
    return numbers;
}

const Bytes kVariable = LogBuilder::variable(kGlobalGuid, "Boot0001", Bytes{1, 2, 3});

TEST(EventContent, OfTypesThatAreTheirOwnDigestIsVerified) {
    for (const auto type : {EventType::Separator, EventType::EfiAction, EventType::ScrtmVersion, EventType::EfiVariableDriverConfig,
                            EventType::EfiGptEvent, EventType::EfiVariableBoot2, EventType::EfiVariableAuthority}) {
        EXPECT_EQ(verdict_of(LogBuilder::agile().event(1, type, kVariable)), ContentVerdict::Verified) << event_type_name(type);
        EXPECT_EQ(verdict_of(LogBuilder::agile().event(1, type, kVariable, as_bytes("other"))), ContentVerdict::Mismatch)
            << event_type_name(type);
    }
}

TEST(EventContent, MustFitTheDigestsOfAllBanks) {
    auto built = LogBuilder::agile().event(1, EventType::EfiAction, "boot");
    Bytes octets = built.octets();
    octets[octets.size() - 8 - 1] ^= 1U;  // the last octet of the SHA-256 digest
    const EventLog log = parse_event_log(octets);

    EXPECT_EQ(check_content(log, log.events().back()), ContentVerdict::Mismatch);
}

TEST(EventContent, IsNotVerifiableWithoutABankThatWeCompute) {
    const auto built = LogBuilder::agile({{0x7777, 32}}).event(1, EventType::EfiAction, "boot");

    EXPECT_EQ(verdict_of(built), ContentVerdict::NotVerifiable);
}

TEST(EventContent, OfBootVariablesMayBeMeasuredWithoutTheirName) {
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(1, EventType::EfiVariableBoot, kVariable, Bytes{1, 2, 3})), ContentVerdict::Verified);
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(7, EventType::EfiVariableDriverConfig, kVariable, Bytes{1, 2, 3})),
              ContentVerdict::Mismatch)
        << "a value without its name could be that of any variable";
}

TEST(EventContent, OfShimsAuthoritiesMayHaveAFewOctetsMore) {
    Bytes content = kVariable;
    append(content, Bytes{0, 0, 0});
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(7, EventType::EfiVariableAuthority, content, kVariable)), ContentVerdict::Verified);
    append(content, Bytes(6, 0));
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(7, EventType::EfiVariableAuthority, content, kVariable)), ContentVerdict::Mismatch);
}

TEST(EventContent, OfAVariableWithAnImpossibleNameIsAMismatch) {
    Bytes content = kVariable;
    std::fill_n(content.begin() + 16, 8, std::uint8_t{0xFF});

    EXPECT_EQ(verdict_of(LogBuilder::agile().event(1, EventType::EfiVariableBoot, content, kVariable)), ContentVerdict::Mismatch);
}

TEST(EventContent, OfGrubCommandsIsMeasuredBehindTheLabel) {
    const auto command = as_bytes(std::string_view("grub_cmd: linux /vmlinuz\0", 25));
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(8, EventType::Ipl, command, as_bytes("linux /vmlinuz"))), ContentVerdict::Verified);
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(8, EventType::Ipl, command, as_bytes(std::string_view("linux /vmlinuz\0", 15)))),
              ContentVerdict::Verified);
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(8, EventType::Ipl, command, as_bytes("linux /evil"))), ContentVerdict::Mismatch);
}

TEST(EventContent, OfFilesIsNotVerifiable) {
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(9, EventType::Ipl, as_bytes("/boot/vmlinuz"), as_bytes("octets of the kernel"))),
              ContentVerdict::NotVerifiable);
    EXPECT_EQ(verdict_of(LogBuilder::agile().event(4, EventType::EfiBootServicesApplication, as_bytes("x"))),
              ContentVerdict::NotVerifiable);
}

TEST(EventContent, OfAnErrorSeparatorIsTheErrorNotItsNumber) {
    const auto built = LogBuilder::agile().event(3, EventType::Separator, as_bytes("code"), Bytes{1, 0, 0, 0});
    const EventLog log = parse_event_log(built.octets());

    EXPECT_TRUE(is_error_separator(log, log.events().back()));
    EXPECT_EQ(verdict_of(built), ContentVerdict::Verified);
    const auto usual = LogBuilder::agile().separator(3);
    const EventLog usual_log = parse_event_log(usual.octets());
    EXPECT_FALSE(is_error_separator(usual_log, usual_log.events().back()));
}

TEST(EventContent, OfRealLogsNeverMismatches) {
    for (const std::string name : {"debian12-ovmf", "debian12-ovmf-secureboot"}) {
        EXPECT_TRUE(mismatches_of(own_vector(name + ".eventlog.bin")).empty()) << name;
    }
}

class ForeignLog : public testing::TestWithParam<const char*> {};

TEST_P(ForeignLog, HasTheContentsThatWereMeasured) {
    const std::string path = foreign_vector(std::string(GetParam()) + ".bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/" << GetParam() << ".bin is not on this machine";

    EXPECT_TRUE(mismatches_of(path).empty());
}

INSTANTIATE_TEST_SUITE_P(Real, ForeignLog,
                         testing::Values("event-arch-linux", "event-bootorder", "event-sd-boot-fedora37", "event-uefi-sha1-log",
                                         "real-pcrs-8-9", "bad-or-odd-ebs_event_missing_eventlog"),
                         [](const auto& suite) {
                             std::string name = suite.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace anchor::measure
