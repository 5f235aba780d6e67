// SPDX-License-Identifier: Apache-2.0
#include <warden/configuration.h>

#include <gtest/gtest.h>

#include <parts/scratch.h>

namespace anchor::warden {
namespace {

std::string complaint_about(std::string_view text) {
    const auto configuration = parse_configuration(text);
    return configuration ? "accepted" : configuration.error().what;
}

TEST(WardenConfiguration, HasDefaultsForEverything) {
    const parts::Scratch scratch("warden");

    const auto missing = load_configuration(scratch.path("warden.toml"));

    ASSERT_TRUE(missing) << missing.error().what;
    EXPECT_EQ(missing->user, "anchord");
    EXPECT_EQ(missing->logs.at("boot"), "/sys/kernel/security/tpm0/binary_bios_measurements");
    EXPECT_TRUE(missing->isolation);
    EXPECT_EQ(parse_configuration("").value().hooks, "/etc/anchord/hooks.d");
}

TEST(WardenConfiguration, IsReadWhole) {
    const auto configuration = parse_configuration(R"(
user = "agent"
[logs]
boot1 = "/sys/kernel/security/tpm1/binary_bios_measurements"
[targets]
systemctl = ""
[isolation]
enabled = false
[hooks]
folder = "/opt/hooks"
deadline = "1500ms"
[files]
trust = "/run/trust.json"
metrics = "/run/metrics.prom"
)");

    ASSERT_TRUE(configuration) << configuration.error().what;
    EXPECT_EQ(configuration->user, "agent");
    EXPECT_EQ(configuration->logs.size(), 1U);
    EXPECT_EQ(configuration->logs.at("boot1"), "/sys/kernel/security/tpm1/binary_bios_measurements");
    EXPECT_EQ(configuration->systemctl, "");
    EXPECT_FALSE(configuration->isolation);
    EXPECT_EQ(configuration->hooks, "/opt/hooks");
    EXPECT_EQ(configuration->hook_deadline, Milliseconds(1500));
    EXPECT_EQ(configuration->trust_file, "/run/trust.json");
    EXPECT_EQ(configuration->metrics_file, "/run/metrics.prom");
}

TEST(WardenConfiguration, NamesThePlaceOfAMistake) {
    EXPECT_EQ(complaint_about("user = 7"), "line 1, column 8: user must be a text");
    EXPECT_EQ(complaint_about("\nusr = \"a\""), "line 2, column 1: unknown key \"usr\"");
    EXPECT_EQ(complaint_about("[hooks]\npath = \"/a\""), "line 2, column 1: unknown key \"path\"");
    EXPECT_EQ(complaint_about("logs = 1"), "line 1, column 8: logs must be a table");
    EXPECT_EQ(complaint_about("[isolation]\nenabled = 1"), "line 2, column 11: enabled must be true or false");
    EXPECT_EQ(complaint_about("[hooks]\nfolder = \"hooks\""), "line 2, column 10: folder must be an absolute path");
    EXPECT_NE(complaint_about("user =").find("line 1, column"), std::string::npos);
}

TEST(WardenConfiguration, RefusesLogsWithoutANameOrAPath) {
    EXPECT_NE(complaint_about("[logs]\nboot = \"\"").find("absolute path"), std::string::npos);
    EXPECT_NE(complaint_about("[logs]\n\"../x\" = \"/a\"").find("the name of a log"), std::string::npos);
}

TEST(WardenConfiguration, RefusesDeadlinesThatAreNone) {
    for (const char* deadline : {"\"0s\"", "\"21s\"", "\"soon\"", "5"}) {
        EXPECT_NE(complaint_about(std::string("[hooks]\ndeadline = ") + deadline), "accepted") << deadline;
    }
}

TEST(WardenConfiguration, NamesTheFileThatIsWrong) {
    const parts::Scratch scratch("warden");
    const std::string path = scratch.write("warden.toml", "x = 1\n");

    EXPECT_EQ(load_configuration(path).error().what, path + ": line 1, column 1: unknown key \"x\"");
}

}  // namespace
}  // namespace anchor::warden
