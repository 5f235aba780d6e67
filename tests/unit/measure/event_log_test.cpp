// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log.h>

#include <gtest/gtest.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

TEST(EventLog, IsEmptyWithoutOctets) {
    const EventLog log = parse_event_log({});

    EXPECT_EQ(log.form(), EventLogForm::Empty);
    EXPECT_TRUE(log.events().empty());
    EXPECT_FALSE(log.problem());
}

TEST(EventLog, IsEmptyWhereAllIsPadding) {
    const Bytes octets(4096, 0xFF);
    const EventLog log = parse_event_log(octets);

    EXPECT_EQ(log.form(), EventLogForm::Empty);
    EXPECT_EQ(log.padding(), 4096U);
    EXPECT_FALSE(log.problem());
}

TEST(EventLog, ReadsTheOldFormWithSha1Alone) {
    const auto built = LogBuilder::old_form().sha1(7, EventType::Separator, Bytes(4, 0)).sha1(4, EventType::EfiAction, as_bytes("boot"));
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(log.form(), EventLogForm::Sha1);
    ASSERT_EQ(log.events().size(), 2U);
    EXPECT_EQ(log.events()[1].number, 1U);
    EXPECT_EQ(log.events()[1].offset, 36U);
    EXPECT_EQ(as_text(log.events()[1].content), "boot");
    EXPECT_EQ(log.digest(log.events()[1], HashAlg::Sha1), crypto::hash(HashAlg::Sha1, as_bytes("boot")));
    EXPECT_EQ(log.digest(log.events()[1], HashAlg::Sha256), std::nullopt);
}

TEST(EventLog, ReadsAllBanksOfTheCryptoAgileForm) {
    auto built = LogBuilder::agile({{0x0004, 20}, {0x000B, 32}, {0x000C, 48}, {0x000D, 64}});
    built.event(4, EventType::EfiAction, "boot");
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(log.form(), EventLogForm::CryptoAgile);
    EXPECT_EQ(log.banks(), (std::vector{HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}));
    EXPECT_EQ(log.digest(log.events()[1], HashAlg::Sha512), crypto::hash(HashAlg::Sha512, as_bytes("boot")));
}

TEST(EventLog, SkipsUnknownAlgorithmsByTheirDeclaredSize) {
    auto built = LogBuilder::agile({{0x7777, 40}, {0x000B, 32}});
    built.event(4, EventType::EfiAction, "boot").separator(4);
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    ASSERT_EQ(log.events().size(), 3U);
    EXPECT_EQ(log.banks(), std::vector{HashAlg::Sha256});
    EXPECT_EQ(log.digests(log.events()[1])[0].octets.size(), 40U);
    EXPECT_EQ(log.digest(log.events()[1], HashAlg::Sha256), crypto::hash(HashAlg::Sha256, as_bytes("boot")));
}

TEST(EventLog, KeepsTheEventsBeforeATruncatedOne) {
    auto built = LogBuilder::agile().separator(0).event(5, EventType::EfiAction, "Exit Boot Services Invocation");
    const std::size_t end = built.size();
    for (std::size_t cut = 1; cut < 12 + 22 + 34 + 4 + 29; ++cut) {
        const Bytes octets(built.octets().begin(), built.octets().end() - static_cast<std::ptrdiff_t>(cut));
        const EventLog log = parse_event_log(octets);

        ASSERT_TRUE(log.problem()) << cut;
        EXPECT_EQ(log.events().size(), 2U) << cut;
        EXPECT_TRUE(log.problem()->what.starts_with("event 2: offset ")) << log.problem()->what;
    }
    const Bytes octets(built.octets().begin(), built.octets().end() - 1);
    const EventLog log = parse_event_log(octets);
    EXPECT_EQ(log.problem()->what, "event 2: offset " + std::to_string(end - 29) + ": event content needs 29 octets, 28 are left");
}

TEST(EventLog, NamesAnEventThatIsLargerThanTheLog) {
    auto built = LogBuilder::agile().separator(0);
    const std::size_t begin = built.size();
    built.event(4, EventType::EfiAction, "boot");
    Bytes octets = built.octets();
    octets[octets.size() - 5] = 0xFF;  // the highest octet of the size
    const EventLog log = parse_event_log(octets);

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.events().size(), 2U);
    EXPECT_EQ(log.problem()->what,
              "event 2: offset " + std::to_string(begin + 12 + 22 + 34 + 4) + ": event content needs 4278190084 octets, 4 are left");
}

TEST(EventLog, RefusesAnAlgorithmThatNobodyDeclared) {
    Bytes octets = LogBuilder::agile().octets();
    const std::size_t begin = octets.size();
    LogBuilder::put(octets, 3, 4);
    LogBuilder::put(octets, 4, 4);
    LogBuilder::put(octets, 1, 4);
    LogBuilder::put(octets, 0x7777, 2);
    const EventLog log = parse_event_log(octets);

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.problem()->what,
              "event 1: offset " + std::to_string(begin + 12) + ": digest algorithm 30583 is not declared in the Spec ID event");
}

TEST(EventLog, RefusesTwoDigestsOfOneAlgorithm) {
    Bytes octets = LogBuilder::agile().octets();
    LogBuilder::put(octets, 3, 4);
    LogBuilder::put(octets, 4, 4);
    LogBuilder::put(octets, 2, 4);
    for (int i = 0; i < 2; ++i) {
        LogBuilder::put(octets, 0x0004, 2);
        append(octets, Bytes(20, 1));
    }
    LogBuilder::put(octets, 0, 4);
    const EventLog log = parse_event_log(octets);

    ASSERT_TRUE(log.problem());
    EXPECT_NE(log.problem()->what.find("second digest of algorithm 4"), std::string::npos) << log.problem()->what;
}

TEST(EventLog, RefusesADigestCountThatNoTpmHas) {
    Bytes octets = LogBuilder::agile().octets();
    LogBuilder::put(octets, 3, 4);
    LogBuilder::put(octets, 4, 4);
    LogBuilder::put(octets, 0xFFFFFFFF, 4);
    const EventLog log = parse_event_log(octets);

    ASSERT_TRUE(log.problem());
    EXPECT_NE(log.problem()->what.find("digest count is 4294967295"), std::string::npos) << log.problem()->what;
}

TEST(EventLog, RefusesASizeThatIsNotTheAlgorithms) {
    const auto built = LogBuilder::agile({{0x000B, 20}}).separator(0);
    const EventLog log = parse_event_log(built.octets());

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.problem()->what, "event 0: Spec ID: offset 60: digest size of algorithm 11 is 20");
    EXPECT_EQ(log.events().size(), 1U);
}

TEST(EventLog, RefusesARegisterThatThereIsNot) {
    const auto built = LogBuilder::agile().separator(0).separator(24).separator(1);
    const EventLog log = parse_event_log(built.octets());

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.events().size(), 2U);
    EXPECT_NE(log.problem()->what.find("PCR index is 24"), std::string::npos) << log.problem()->what;
}

TEST(EventLog, AcceptsAnyRegisterWhereNothingIsExtended) {
    const auto built = LogBuilder::agile().event(0xFFFFFFFF, EventType::NoAction, "SP800-155 Event").separator(0);
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(log.events().size(), 3U);
}

TEST(EventLog, EndsWherePaddingBegins) {
    auto built = LogBuilder::agile().event(4, EventType::EfiAction, "boot");
    built.raw(Bytes(1000, 0));
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(log.events().size(), 2U);
    EXPECT_EQ(log.padding(), 1000U);
}

TEST(EventLog, IsNotReadBeyondItsBound) {
    const Bytes octets(kMaxEventLogSize + 1, 1);
    const EventLog log = parse_event_log(octets);

    ASSERT_TRUE(log.problem());
    EXPECT_TRUE(log.events().empty());
}

struct OddLog {
    const char* name;
    std::size_t events;
    const char* problem;
};

class ForeignOddLog : public testing::TestWithParam<OddLog> {};

TEST_P(ForeignOddLog, IsReadAsFarAsItGoes) {
    const std::string path = foreign_vector(GetParam().name);
    if (path.empty()) GTEST_SKIP() << "eventlog/" << GetParam().name << " is not on this machine";
    const Bytes octets = octets_of(path);
    const EventLog log = parse_event_log(octets);

    EXPECT_EQ(log.events().size(), GetParam().events);
    EXPECT_EQ(log.problem() ? log.problem()->what : "", GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    Odd, ForeignOddLog,
    testing::Values(OddLog{"bad-bogus.bin", 0, "event 0: offset 32: event content needs 1919248394 octets, 2 are left"},
                    OddLog{"bad-or-odd-short_no_action_eventlog.bin", 1, ""}, OddLog{"bad-or-odd-ebs_event_missing_eventlog.bin", 38, ""}),
    [](const auto& suite) { return "Log" + std::to_string(suite.index); });

}  // namespace
}  // namespace anchor::measure
