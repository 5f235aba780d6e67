// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_replay.h>

#include <gtest/gtest.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

Digest extended(Digest start, std::initializer_list<std::string_view> contents) {
    for (const std::string_view content : contents) start = crypto::extend(start, crypto::hash(start.alg(), as_bytes(content)));
    return start;
}

PcrValues only(unsigned index, const Digest& value) {
    PcrValues values;
    values.set(index, value);
    return values;
}

TEST(Replay, OfRealBootsGivesTheRegistersOfTheirTpms) {
    for (const std::string name : {"debian12-ovmf", "debian12-ovmf-secureboot"}) {
        const Bytes octets = octets_of(own_vector(name + ".eventlog.bin"));
        const EventLog log = parse_event_log(octets);
        ASSERT_FALSE(log.problem()) << log.problem()->what;

        const ReplayReport report = compare_replay(log, replay(log), pcrs_of(own_vector(name + ".pcrs.txt")));

        EXPECT_TRUE(report.replays()) << name;
        const auto matches = std::ranges::count(report.checks, PcrVerdict::Match, &PcrCheck::verdict);
        EXPECT_EQ(matches, 4 * 9) << name << ": PCRs 0 to 7 and 9, in four banks";
    }
}

TEST(Replay, OfAForeignMachineGivesTheRegistersOfItsTpm) {
    const std::string path = foreign_vector("real-pcrs-8-9.bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/real-pcrs-8-9.bin is not on this machine";
    const Bytes octets = octets_of(path);
    const EventLog log = parse_event_log(octets);
    ASSERT_FALSE(log.problem()) << log.problem()->what;

    const ReplayReport report = compare_replay(log, replay(log), pcrs_of(foreign_vector("real-pcrs-8-9.pcrs.txt")));

    const PcrCheck* mismatch = report.first_mismatch();
    EXPECT_EQ(mismatch, nullptr) << mismatch->pcr << ": " << mismatch->why;
    EXPECT_EQ(std::ranges::count(report.checks, PcrVerdict::Match, &PcrCheck::verdict), 11) << "PCRs 0 to 9 and 14";
}

TEST(Replay, DoesNotExtendWhatIsNoAction) {
    const auto built = LogBuilder::agile().event(0, EventType::NoAction, "x").event(0, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());

    EXPECT_EQ(*replay(log).values.find(HashAlg::Sha256, 0), extended(Digest(HashAlg::Sha256), {"a"}));
}

TEST(Replay, StartsAtTheLocalityOfTpmStartup) {
    const auto built = LogBuilder::agile().startup_locality(3).event(0, EventType::EfiAction, "a").event(1, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());

    const Replay replayed = replay(log);

    Digest start(HashAlg::Sha256);
    start.writable().back() = 3;
    EXPECT_EQ(replayed.startup_locality, 3);
    EXPECT_EQ(*replayed.values.find(HashAlg::Sha256, 0), extended(start, {"a"}));
    EXPECT_EQ(*replayed.values.find(HashAlg::Sha256, 1), extended(Digest(HashAlg::Sha256), {"a"}));
}

TEST(Replay, StartsAtFourAfterAnHcrtmMeasurement) {
    const auto built = LogBuilder::agile().event(0, EventType::EfiHcrtmEvent, "HCRTM").startup_locality(3);
    const EventLog log = parse_event_log(built.octets());

    const Replay replayed = replay(log);

    Digest start(HashAlg::Sha1);
    start.writable().back() = 4;
    EXPECT_EQ(replayed.startup_locality, 4);
    EXPECT_EQ(*replayed.values.find(HashAlg::Sha1, 0), extended(start, {"HCRTM"}));
}

TEST(Replay, IgnoresALocalityThatTpmStartupDoesNotKnow) {
    const auto built = LogBuilder::agile().startup_locality(9).event(0, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());

    EXPECT_EQ(*replay(log).values.find(HashAlg::Sha256, 0), extended(Digest(HashAlg::Sha256), {"a"}));
}

TEST(Replay, SaysWhichEventHasNoDigestInABank) {
    auto built = LogBuilder::agile();
    built.separator(3).separator(4);
    Bytes octets = built.octets();
    LogBuilder::put(octets, 4, 4);
    LogBuilder::put(octets, 4, 4);
    LogBuilder::put(octets, 1, 4);
    LogBuilder::put(octets, 0x0004, 2);
    append(octets, Bytes(20, 7));
    LogBuilder::put(octets, 0, 4);
    const EventLog log = parse_event_log(octets);
    const Replay replayed = replay(log);

    ASSERT_EQ(replayed.gaps.size(), 1U);
    EXPECT_EQ(replayed.gaps[0].bank, HashAlg::Sha256);
    EXPECT_EQ(replayed.gaps[0].event, 3U);
    EXPECT_EQ(replayed.values.find(HashAlg::Sha256, 4), nullptr);
    const auto report = compare_replay(log, replayed, only(4, Digest(HashAlg::Sha256)));
    EXPECT_EQ(report.checks[0].verdict, PcrVerdict::NotInBank);
    EXPECT_EQ(report.checks[0].why, "event 3 has no digest of this bank");
    EXPECT_FALSE(report.replays());
}

TEST(ReplayReport, NamesTheEventsThatTheRegisterDoesNotContain) {
    auto built = LogBuilder::agile();
    for (const std::string_view text : {"a", "b", "c", "d"}) built.event(4, EventType::EfiAction, text);
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(4, extended(Digest(HashAlg::Sha256), {"a", "b"})));

    ASSERT_NE(report.first_mismatch(), nullptr);
    EXPECT_EQ(report.first_mismatch()->unexplained, (std::vector<std::uint32_t>{3, 4}));
    EXPECT_EQ(report.first_mismatch()->why, "the register holds the events up to event 2, not those after it");
}

TEST(ReplayReport, NamesTheOneEventThatWasAdded) {
    auto built = LogBuilder::agile();
    for (const std::string_view text : {"a", "b", "c", "d"}) built.event(4, EventType::EfiAction, text);
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(4, extended(Digest(HashAlg::Sha256), {"a", "c", "d"})));

    EXPECT_EQ(report.first_mismatch()->unexplained, std::vector<std::uint32_t>{2});
    EXPECT_EQ(report.first_mismatch()->why, "all events fit but event 2, which the register does not contain");
}

TEST(ReplayReport, SeesARegisterThatWasNeverExtended) {
    const auto built = LogBuilder::agile().event(4, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(4, Digest(HashAlg::Sha256)));

    EXPECT_EQ(report.first_mismatch()->why, "the register was never extended, the log has 1 events for it");
}

TEST(ReplayReport, SeesAnotherStartupLocality) {
    const auto built = LogBuilder::agile().event(0, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());
    Digest start(HashAlg::Sha256);
    start.writable().back() = 3;

    const auto report = compare_replay(log, replay(log), only(0, extended(start, {"a"})));

    EXPECT_EQ(report.first_mismatch()->why, "all events fit when the TPM was started from locality 3, the log says 0");
}

TEST(ReplayReport, NamesTheEventWhoseDigestIsNotThatOfItsContent) {
    auto built = LogBuilder::agile();
    built.event(4, EventType::EfiAction, "a")
        .event(4, EventType::EfiAction, as_bytes("b"), as_bytes("forged"))
        .event(4, EventType::EfiAction, "c");
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(4, extended(Digest(HashAlg::Sha256), {"a", "b", "c"})));

    EXPECT_EQ(report.first_mismatch()->unexplained, std::vector<std::uint32_t>{2});
    EXPECT_EQ(report.first_mismatch()->why, "the digest of event 2 is not that of its content");
}

TEST(ReplayReport, NamesAllEventsWhereItFindsNoReason) {
    const auto built = LogBuilder::agile().event(4, EventType::EfiAction, "a").event(4, EventType::EfiAction, "b");
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(4, crypto::hash(HashAlg::Sha256, {})));

    EXPECT_EQ(report.first_mismatch()->unexplained, (std::vector<std::uint32_t>{1, 2}));
}

TEST(ReplayReport, SaysNothingOfRegistersThatAreNotInTheLog) {
    const auto built = LogBuilder::agile().event(4, EventType::EfiAction, "a");
    const EventLog log = parse_event_log(built.octets());

    const auto report = compare_replay(log, replay(log), only(10, crypto::hash(HashAlg::Sha256, {})));

    EXPECT_EQ(report.checks[0].verdict, PcrVerdict::NotInLog);
    EXPECT_FALSE(report.replays()) << "nothing matched: nothing is proven";
}

}  // namespace
}  // namespace anchor::measure
