// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/event_log_render.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

#include "boot_vectors.h"
#include "event_log_builder.h"

namespace anchor::measure {
namespace {

std::string text_of(const std::string& path) {
    const Bytes octets = octets_of(path);
    return std::string(as_text(octets));
}

/// tpm2_eventlog prints the old form without "- EventNum", which is no valid YAML; ours has it.
std::string without_numbers(const std::string& yaml) {
    std::istringstream lines(yaml);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("- EventNum:")) kept += line + "\n";
    }
    return kept;
}

class ExpectedYaml : public testing::TestWithParam<const char*> {};

TEST_P(ExpectedYaml, IsThatOfTpm2Eventlog) {
    const std::string path = foreign_vector(std::string(GetParam()) + ".bin");
    if (path.empty()) GTEST_SKIP() << "eventlog/" << GetParam() << ".bin is not on this machine";
    const Bytes octets = octets_of(path);
    const std::string expected = text_of(foreign_vector(std::string(GetParam()) + ".expected.yaml"));
    const EventLog log = parse_event_log(octets);
    ASSERT_FALSE(log.problem()) << log.problem()->what;
    const unsigned version = expected.find("version: 2") != std::string::npos ? 2 : 1;

    const std::string yaml = render_event_log_yaml(log, {version, false});

    EXPECT_EQ(log.form() == EventLogForm::Sha1 ? without_numbers(yaml) : yaml, expected);
}

INSTANTIATE_TEST_SUITE_P(Foreign, ExpectedYaml,
                         testing::Values("event-arch-linux", "event-bootorder", "event-sd-boot-fedora37", "event-uefi-sha1-log"),
                         [](const auto& suite) {
                             std::string name = suite.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

/// Versions of the tool spell texts of EV_IPL in different ways: in quotes, or as a block in which the quotes stand; and where they have
/// many lines, with escapes that no YAML reader undoes. Of those is left that they are there.
std::string comparable(const std::string& yaml) {
    const auto goes_on = [](const std::string& line) { return line.starts_with("      "); };
    std::istringstream lines(yaml);
    std::string result, line;
    for (bool more = !!std::getline(lines, line); more;) {
        std::string shown = line;
        more = !!std::getline(lines, line);
        if (shown.starts_with("    String: ") && more && goes_on(line)) {
            const bool block = shown == "    String: |-";
            shown = "    String: " + line.substr(6);
            std::size_t count = 1;
            while ((more = !!std::getline(lines, line)) && goes_on(line)) ++count;
            if (count > 1 || !block) shown = "    String: many lines";
        }
        if (const auto blank = shown.find("String: \"\\x20"); blank != std::string::npos) shown.replace(blank + 9, 4, " ");
        result += shown + "\n";
    }
    return result;
}

/// The first line in which they differ: GoogleTest's own difference of long texts takes gigabytes.
std::string first_difference(const std::string& ours, const std::string& theirs) {
    std::istringstream our_lines(ours), their_lines(theirs);
    std::string our_line, their_line;
    for (std::size_t number = 1;; ++number) {
        const bool ours_goes_on = !!std::getline(our_lines, our_line);
        const bool theirs_goes_on = !!std::getline(their_lines, their_line);
        if (!ours_goes_on && !theirs_goes_on) return {};
        if (ours_goes_on && theirs_goes_on && our_line == their_line) continue;
        return "line " + std::to_string(number) + ": " + (ours_goes_on ? our_line : "the end") +
               ", theirs: " + (theirs_goes_on ? their_line : "the end");
    }
}

std::vector<std::string> all_logs() {
    std::vector<std::string> logs{own_vector("debian12-ovmf.eventlog.bin"), own_vector("debian12-ovmf-secureboot.eventlog.bin")};
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(ANCHOR_TEST_DATA) + "/eventlog", error)) {
        if (entry.path().extension() == ".bin") logs.push_back(entry.path());
    }
    return logs;
}

class InstalledYaml : public testing::TestWithParam<unsigned> {};

// Logs on which the tool itself fails are left out; ours are read by ForeignOddLog.
TEST_P(InstalledYaml, OfEveryLogIsWhatOursIs) {
    if (std::system("command -v tpm2_eventlog >/dev/null") != 0) GTEST_SKIP() << "tpm2_eventlog is not on this machine";
    const std::string version = std::to_string(GetParam());
    const std::string printed = testing::TempDir() + "installed." + version + "." + std::to_string(::getpid()) + ".yaml";
    for (const std::string& path : all_logs()) {
        const std::string command = "tpm2_eventlog --eventlog-version=" + version + " '" + path + "' >'" + printed + "' 2>/dev/null";
        if (std::system(command.c_str()) != 0) continue;
        const Bytes octets = octets_of(path);
        const EventLog log = parse_event_log(octets);
        const std::string yaml = comparable(render_event_log_yaml(log, {GetParam(), false}));

        const std::string ours = log.form() == EventLogForm::Sha1 ? without_numbers(yaml) : yaml;
        EXPECT_EQ(first_difference(ours, comparable(text_of(printed))), "") << path;
    }
    std::filesystem::remove(printed);
}

INSTANTIATE_TEST_SUITE_P(Version, InstalledYaml, testing::Values(1, 2), testing::PrintToStringParamName());

TEST(RenderedYaml, OfOurOwnLogsIsWhatTheInstalledToolPrintsToTheOctet) {
    if (std::system("command -v tpm2_eventlog >/dev/null") != 0) GTEST_SKIP() << "tpm2_eventlog is not on this machine";
    for (const std::string name : {"debian12-ovmf", "debian12-ovmf-secureboot"}) {
        const std::string path = own_vector(name + ".eventlog.bin");
        const std::string printed = testing::TempDir() + name + "." + std::to_string(::getpid()) + ".yaml";
        ASSERT_EQ(std::system(("tpm2_eventlog '" + path + "' >'" + printed + "' 2>/dev/null").c_str()), 0);
        const Bytes octets = octets_of(path);

        EXPECT_EQ(render_event_log_yaml(parse_event_log(octets)), text_of(printed)) << name;
        std::filesystem::remove(printed);
    }
}

TEST(RenderedYaml, CannotBeForgedByTheLog) {
    auto built = LogBuilder::agile();
    built.event(5, EventType::EfiAction, "x\n- EventNum: 9\n  PCRIndex: 7");
    built.event(7, EventType::EfiVariableDriverConfig, LogBuilder::variable(kGlobalGuid, "A: b\n- EventNum: 9", Bytes{1}));
    built.event(8, EventType::Ipl, "\x1b[2J\x07\xc2\x9b\xff\"\\");
    const EventLog log = parse_event_log(built.octets());
    const std::string yaml = render_event_log_yaml(log);

    EXPECT_NE(yaml.find(R"(  Event: "x\n- EventNum: 9\n  PCRIndex: 7")"), std::string::npos) << yaml;
    EXPECT_NE(yaml.find(R"(    UnicodeName: "A: b\n- EventNum: 9")"), std::string::npos) << yaml;
    EXPECT_NE(yaml.find(R"(    String: "\e[2J\a\x9bÿ\"\\")"), std::string::npos) << yaml;
}

TEST(RenderedYaml, OfABrokenLogSaysWhereItBroke) {
    const auto built = LogBuilder::agile().separator(7);
    const Bytes cut(built.octets().begin(), built.octets().end() - 1);
    const std::string yaml = render_event_log_yaml(parse_event_log(cut));

    EXPECT_NE(yaml.find("\nproblem: \"event 1: offset "), std::string::npos) << yaml;
}

TEST(RenderedYaml, ShowsStartupLocalityAndTextPaths) {
    Bytes image;
    for (const std::uint64_t field : {1U, 2U, 3U, 6U}) LogBuilder::put(image, field, 8);
    append(image, Bytes{3, 5, 6, 0, 1, 0});
    const auto built = LogBuilder::agile().startup_locality(3).event(4, EventType::EfiBootServicesApplication, image);
    const std::string yaml = render_event_log_yaml(parse_event_log(built.octets()), {2, true});

    EXPECT_NE(yaml.find("  Event:\n    StartupLocality: 3\n"), std::string::npos) << yaml;
    EXPECT_NE(yaml.find("    DevicePath: 'USB(0x1,0x0)'\n"), std::string::npos) << yaml;
}

TEST(RenderedJson, HasTheKeysAndValuesOfTheYaml) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    const auto json = parse_json(render_event_log_json(parse_event_log(octets), {2, false}));

    ASSERT_TRUE(json) << json.error().what;
    EXPECT_EQ((*json)["version"], 2);
    EXPECT_EQ((*json)["events"][0]["SpecID"][0]["Algorithms"][3]["algorithmId"], "sha512");
    EXPECT_EQ((*json)["events"][2]["Event"]["BlobBase"], 0x820000);
    EXPECT_EQ((*json)["events"][4]["Event"]["VariableData"]["Enabled"], "Yes");
    EXPECT_EQ((*json)["pcrs"]["sha1"]["0"], "0xf03da4b8bb420210278cb6cd42aa941fbb0a5793");
}

TEST(RenderedTable, HasOneLineAnEvent) {
    const Bytes octets = octets_of(own_vector("debian12-ovmf-secureboot.eventlog.bin"));
    const EventLog log = parse_event_log(octets);
    const std::string table = render_event_log_table(log);

    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(table, '\n')), log.events().size() + 1);
    EXPECT_NE(table.find("4     7   EV_EFI_VARIABLE_DRIVER_CONFIG    verified       SecureBoot = on\n"), std::string::npos) << table;
    EXPECT_NE(table.find("db: 1 certificate ("), std::string::npos) << table;
}

TEST(RenderedReport, NamesTheFirstRegisterThatDoesNotReplay) {
    const auto built = LogBuilder::agile().event(4, EventType::EfiAction, "a").event(4, EventType::EfiAction, "b");
    const EventLog log = parse_event_log(built.octets());
    PcrValues given;
    given.set(4, crypto::extend(Digest(HashAlg::Sha256), crypto::hash(HashAlg::Sha256, as_bytes("a"))));
    const std::string text = render_replay_report(log, compare_replay(log, replay(log), given));

    EXPECT_NE(text.find("sha256 4   DIFFERS      the register holds the events up to event 1, not those after it\n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("    not explained: 2     4   EV_EFI_ACTION                    verified       b\n"), std::string::npos) << text;
    EXPECT_NE(text.find("the log does not replay: first in sha256 PCR 4\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace anchor::measure
