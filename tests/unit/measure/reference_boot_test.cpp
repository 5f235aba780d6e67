// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_boot.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

constexpr PcrSelection kAll{HashAlg::Sha256, 0xFFFFFF};

LogBuilder boot_of(std::initializer_list<std::string_view> actions) {
    auto log = LogBuilder::agile();
    for (const std::string_view action : actions) log.event(9, EventType::EfiAction, action);
    return log;
}

/// The texts of what differs between two boots, without those of whole registers.
std::vector<std::string> differences(const LogBuilder& golden, const LogBuilder& found) {
    const EventLog golden_log = parse_event_log(golden.octets());
    const EventLog log = parse_event_log(found.octets());
    std::vector<std::string> texts;
    for (const BootDifference& difference : compare_boot(make_boot_reference(golden_log, kAll), log, replay(log).values)) {
        if (difference.kind != BootDifferenceKind::Register) texts.push_back(difference.text);
    }
    return texts;
}

std::string event_text(std::string_view action) {
    return "EV_EFI_ACTION \"" + std::string(action) + "\" " + crypto::hash(HashAlg::Sha256, as_bytes(action)).text();
}

TEST(BootReference, IsFulfilledByTheBootItWasMadeFrom) {
    for (const std::string name : {"debian12-ovmf", "debian12-ovmf-secureboot"}) {
        const Bytes octets = octets_of(own_vector(name + ".eventlog.bin"));
        const EventLog log = parse_event_log(octets);
        const BootReference reference = make_boot_reference(log, {HashAlg::Sha256, 0xFF});

        EXPECT_TRUE(compare_boot(reference, log, pcrs_of(own_vector(name + ".pcrs.txt"))).empty()) << name;
    }
}

TEST(BootReference, NamesTheEventThatChanged) {
    const auto found = differences(boot_of({"a", "quiet", "c"}), boot_of({"a", "quiet init=/bin/sh", "c"}));

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0], "PCR 9 event 2: expected " + event_text("quiet") + ", found " + event_text("quiet init=/bin/sh"));
}

TEST(BootReference, NamesEventsThatAreMissingOrTooMuch) {
    EXPECT_EQ(differences(boot_of({"a", "b", "c"}), boot_of({"a", "c"})),
              std::vector<std::string>{"PCR 9: expected " + event_text("b") + ", which is not there"});
    EXPECT_EQ(differences(boot_of({"a", "c"}), boot_of({"a", "x", "c"})),
              std::vector<std::string>{"PCR 9 event 2: nothing expected, found " + event_text("x")});
    EXPECT_EQ(differences(boot_of({"a", "b", "c", "d"}), boot_of({"x", "b", "d", "e"})).size(), 3U);
}

TEST(BootReference, NamesTheRegisterWithExpectedAndFoundValue) {
    const auto built = boot_of({"a"});
    const EventLog log = parse_event_log(built.octets());
    BootReference reference;
    reference.pcrs[9] = {Digest(HashAlg::Sha256), Digest(HashAlg::Sha384)};
    PcrValues found = replay(log).values;

    const auto wrong = compare_boot(reference, log, found);
    ASSERT_EQ(wrong.size(), 1U);
    EXPECT_EQ(wrong[0].text,
              "PCR 9 (sha256): expected " + Digest(HashAlg::Sha256).text() + ", found " + found.find(HashAlg::Sha256, 9)->text());
    found.set(9, Digest(HashAlg::Sha256));
    EXPECT_EQ(compare_boot(reference, log, found)[0].text, "PCR 9 (sha384): its value is not known")
        << "a bank that is not quoted is no pass";
}

TEST(BootReference, RefusesImagesThatAreNotAccepted) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf.eventlog.bin"));
    const EventLog log = parse_event_log(octets);
    BootReference reference;
    reference.images = {{Digest(HashAlg::Sha256), "another"}};

    const auto found = compare_boot(reference, log, {});

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, BootDifferenceKind::Image);
    EXPECT_NE(found[0].text.find(": expected one of 1 images, found sha256:"), std::string::npos) << found[0].text;
}

TEST(BootReference, RefusesOldAndUnknownFirmware) {
    BootReference reference;
    reference.min_firmware = "1.12.0";
    const auto problem = [&](std::string_view version) {
        const auto built = LogBuilder::agile().event(0, EventType::ScrtmVersion, version).separator(0);
        const auto found = compare_boot(reference, parse_event_log(built.octets()), {});
        return found.empty() ? "" : found[0].text;
    };

    EXPECT_EQ(problem("1.12.0"), "");
    EXPECT_EQ(problem("1.13"), "");
    EXPECT_EQ(problem("1.9.7"), "firmware: expected 1.12.0 or newer, found 1.9.7");
    EXPECT_EQ(problem("ABC"), "firmware: expected 1.12.0 or newer, found ABC, which can't be compared");
    EXPECT_EQ(compare_boot(reference, parse_event_log({}), {})[0].text,
              "firmware: expected 1.12.0 or newer, the version is unknown: the event log is empty");
}

TEST(Versions, AreComparedByTheirNumbers) {
    EXPECT_EQ(compare_versions("1.9", "1.12"), -1);
    EXPECT_EQ(compare_versions("N2CET56W", "N2CET56W"), 0);
    EXPECT_EQ(compare_versions("N2CET061W", "N2CET56W"), 1);
    EXPECT_EQ(compare_versions("1.2", "1.2.1"), -1);
    EXPECT_EQ(compare_versions("A1", "B1"), std::nullopt);
    EXPECT_EQ(compare_versions("00", "0"), 0);
}

TEST(BootReferenceJson, ReadsWhatItWrites) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    BootReference reference = make_boot_reference(parse_event_log(octets), kAll);
    reference.min_firmware = "1.2";
    const Json document = to_json(reference);
    const auto read = boot_reference_from(document);

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(to_json(*read), document);
    EXPECT_EQ(read->events.at(7).size(), 6U);
}

struct BadDocument {
    const char* json;
    const char* problem;
};

TEST(BootReferenceJson, RefusesWhatItDoesNotUnderstand) {
    const std::vector<BadDocument> bad{
        {R"([])", "expected an object"},
        {R"({"pcr": {}})", "unknown key \"pcr\""},
        {R"({"pcrs": {"24": ["sha256:00"]}})", "\"pcrs\": \"24\" is not a register, expected 0 to 23"},
        {R"({"pcrs": {"07": ["sha256:00"]}})", "\"pcrs\": \"07\" is not a register, expected 0 to 23"},
        {R"({"pcrs": {"7": []}})", "\"pcrs\": \"7\": expected a list of digests"},
        {R"({"pcrs": {"7": ["sha1:0000000000000000000000000000000000000000"]}})", "\"pcrs\": \"7\": SHA-1 digests are no reference values"},
        {R"({"events": {"4": [{"type": "EV_IPL"}]}})", "\"events\": \"4\": \"digest\" is missing"},
        {R"({"images": [{"digest": 7}]})", "\"images\": a digest is number, expected a string"},
        {R"({"firmware": {"min_version": 3}})", "\"min_version\" is number, expected a string"},
    };
    for (const BadDocument& one : bad) {
        const auto read = boot_reference_from(parse_json(one.json).value());
        ASSERT_FALSE(read) << one.json;
        EXPECT_EQ(read.error().what, one.problem);
    }
}

}  // namespace
}  // namespace anchor::measure
