// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string complaint(std::string_view text) {
    const auto config = parse_config(text, "a.toml");
    return config ? "none" : std::string(to_string(config.error().kind)) + ": " + config.error().what;
}

TEST(Config, HasDefaultsForEverything) {
    const auto config = parse_config("", "a.toml");

    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->attest.interval, Seconds(30));
    EXPECT_EQ(config->attest.telemetry_every, std::nullopt);
    EXPECT_EQ(config->attest.pcrs, (std::vector<PcrSelection>{{HashAlg::Sha256, 0x7FFF}}));
    EXPECT_EQ(config->socket.mode, 0660U);
    EXPECT_FALSE(config->claim_bundle);
    EXPECT_FALSE(config->tpm.software());
}

TEST(Config, TakesEveryKey) {
    const auto config = parse_config(R"(
        state_dir = "/s"
        runtime_dir = "/r"
        policy_dir = "/p"
        claim_bundle = "/c"
        log_level = "debug"
        [socket]
        path = "/r/x.sock"
        mode = "0666"
        group = "g"
        operators = "o"
        [tpm]
        tcti = "none"
        key_alg = "ec-p384"
        ak_alg = "rsa-2048"
        ek_profile = "H-3"
        counter_index = 0x01800001
        [attest]
        interval = "5s"
        remote_every = "2h"
        telemetry_every = "6h"
        pcrs = ["sha1:0", "sha256:0-2,7"]
        event_log = "/e"
        ima_list = "/i"
        ima_table = "/t"
        [link]
        keep_alive = "30s"
        backoff_first = "2s"
        backoff_longest = "10m"
        [labels]
        place = "hall 3"
    )",
                                     "a.toml");

    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->state_dir + config->runtime_dir + config->policy_dir + config->claim_bundle.value_or(""), "/s/r/p/c");
    EXPECT_EQ(config->log_level, LogLevel::Debug);
    EXPECT_EQ(config->socket.path + config->socket.group + config->socket.operators, "/r/x.sockgo");
    EXPECT_EQ(config->socket.mode, 0666U);
    EXPECT_TRUE(config->tpm.software());
    EXPECT_EQ(config->tpm.key_alg, KeyAlg::EcP384);
    EXPECT_EQ(config->tpm.ak_alg, KeyAlg::Rsa2048);
    EXPECT_EQ(config->tpm.ek_profile, "H-3");
    EXPECT_EQ(config->tpm.counter_index, 0x01800001U);
    EXPECT_EQ(config->attest.interval, Seconds(5));
    EXPECT_EQ(config->attest.remote_every, std::chrono::hours(2));
    EXPECT_EQ(config->attest.telemetry_every, std::chrono::hours(6));
    EXPECT_EQ(config->attest.pcrs, (std::vector<PcrSelection>{{HashAlg::Sha1, 1}, {HashAlg::Sha256, 0x87}}));
    EXPECT_EQ(config->attest.event_log + config->attest.ima_list + config->attest.ima_table.value_or(""), "/e/i/t");
    EXPECT_EQ(config->link.keep_alive, Seconds(30));
    EXPECT_EQ(config->link.backoff_first, Seconds(2));
    EXPECT_EQ(config->link.backoff_longest, std::chrono::minutes(10));
    EXPECT_EQ(config->labels.at("place"), "hall 3");
}

TEST(Config, NamesThePlaceOfWhatIsNotToml) { EXPECT_THAT(complaint("state_dir = \"/x\"\n[link\n"), StartsWith("denied: a.toml:2:")); }

TEST(Config, SuggestsTheKeyThatWasMeant) {
    EXPECT_EQ(complaint("\n[attest]\nintervall = \"5s\"\n"),
              "denied: a.toml:3:1: unknown key \"intervall\" in [attest]; did you mean \"interval\"?");
    EXPECT_EQ(complaint("[atest]\n"), "denied: a.toml:1:2: unknown key \"atest\"; did you mean \"attest\"?");
    EXPECT_EQ(complaint("colour = 1\n"), "denied: a.toml:1:1: unknown key \"colour\"");
    EXPECT_EQ(complaint("[link]\ntcti = \"none\"\n"), "denied: a.toml:2:1: unknown key \"tcti\" in [link]");
}

struct BadValue {
    const char* section;
    const char* line;
    const char* expected;
};
class ConfigValue : public testing::TestWithParam<BadValue> {};

TEST_P(ConfigValue, OfAnotherFormIsRefusedWithTheExpectedOne) {
    const std::string text = std::string("[") + GetParam().section + "]\n" + GetParam().line + "\n";

    EXPECT_THAT(complaint(text), StartsWith("denied: a.toml:2:"));
    EXPECT_THAT(complaint(text), HasSubstr(std::string("\": expected ") + GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigValue,
    testing::Values(
        BadValue{"attest", "interval = 30", "a duration from"}, BadValue{"attest", "interval = \"0s\"", "a duration from"},
        BadValue{"attest", "interval = \"2d\"", "a duration from"}, BadValue{"attest", "interval = \"fast\"", "a duration from"},
        BadValue{"attest", "remote_every = \"1s\"", "a duration from"},
        BadValue{"attest", "telemetry_every = \"4m\"", R"("never", or a duration from "5m" to "30d")"},
        BadValue{"attest", "telemetry_every = \"31d\"", "\"never\", or"}, BadValue{"attest", "telemetry_every = 0", "\"never\", or"},
        BadValue{"attest", "pcrs = []", "a list of selections"}, BadValue{"attest", "pcrs = \"sha256:0\"", "a list of selections"},
        BadValue{"attest", "pcrs = [\"sha256:24\"]", "a list of selections"},
        BadValue{"attest", "pcrs = [\"sha256:0\", \"sha256:1\"]", "a list of selections"},
        BadValue{"attest", "event_log = \"log\"", "an absolute path"}, BadValue{"socket", "path = \"\"", "an absolute path"},
        BadValue{"socket", "mode = 660", "octal digits as text"}, BadValue{"socket", "mode = \"0680\"", "octal digits as text"},
        BadValue{"socket", "mode = \"6660\"", "octal digits as text"}, BadValue{"socket", "group = 4", "the name of a group"},
        BadValue{"tpm", "key_alg = \"rsa-4096\"", "\"ec-p256\", \"ec-p384\" or"}, BadValue{"tpm", "ek_profile = \"L2\"", "\"auto\""},
        BadValue{"tpm", "tcti = \"\"", "\"device:/dev/tpmrm0\""}, BadValue{"tpm", "counter_index = 1", "a number from 0x01800000"},
        BadValue{"tpm", "counter_index = \"0x01800001\"", "a number from 0x01800000"},
        BadValue{"link", "keep_alive = \"1s\"", "a duration from"}, BadValue{"link", "backoff_first = \"2m\"", "a duration from"},
        BadValue{"labels", "place = 3", "a text of at most 128"}, BadValue{"labels", "place = \"a\\u0007\"", "a text of at most"}));

TEST(Config, RefusesAValueWhereASectionBelongs) {
    EXPECT_EQ(complaint("tpm = \"none\"\n"), "denied: a.toml:1:7: expected a section, written [tpm]");
}

TEST(Config, RefusesABackOffThatEndsBeforeItBegins) {
    EXPECT_EQ(complaint("[link]\nbackoff_first = \"30s\"\nbackoff_longest = \"10s\"\n"),
              "denied: a.toml:2:17: \"backoff_first\" is longer than \"backoff_longest\" (10s)");
}

TEST(Config, RefusesMoreLabelsThanFit) {
    std::string text = "[labels]\n";
    for (int i = 0; i < 33; ++i) text += "l" + std::to_string(i) + " = \"x\"\n";

    EXPECT_THAT(complaint(text), HasSubstr("more than 32 labels"));
}

class ConfigFiles : public testing::Test {
protected:
    ConfigFiles() { ::mkdir(scratch_.path("conf.d").c_str(), 0755); }
    [[nodiscard]] std::string failure() const {
        const auto config = load_config(scratch_.path("anchord.toml"));
        return config ? "none" : config.error().what;
    }
    parts::Scratch scratch_{"config"};
};

TEST_F(ConfigFiles, AreMergedInTheOrderOfNames) {
    scratch_.write("anchord.toml", std::string_view("log_level = \"debug\"\n[attest]\ninterval = \"1s\"\n"));
    scratch_.write("conf.d/20-b.toml", std::string_view("[attest]\ninterval = \"3s\"\n"));
    scratch_.write("conf.d/10-a.toml", std::string_view("[attest]\ninterval = \"2s\"\nremote_every = \"5m\"\n"));
    scratch_.write("conf.d/30-c.toml.bak", std::string_view("nonsense"));
    scratch_.write("conf.d/.30-c.toml", std::string_view("nonsense"));

    const auto config = load_config(scratch_.path("anchord.toml"));

    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->attest.interval, Seconds(3));
    EXPECT_EQ(config->attest.remote_every, std::chrono::minutes(5));
    EXPECT_EQ(config->log_level, LogLevel::Debug);
}

TEST_F(ConfigFiles, MaySayNeverWhereAnEarlierOneSaysHowOften) {
    scratch_.write("anchord.toml", std::string_view("[attest]\ntelemetry_every = \"1h\"\n"));
    EXPECT_EQ(load_config(scratch_.path("anchord.toml")).value().attest.telemetry_every, std::chrono::hours(1));
    scratch_.write("conf.d/10-a.toml", std::string_view("[attest]\ntelemetry_every = \"never\"\n"));

    EXPECT_EQ(load_config(scratch_.path("anchord.toml")).value().attest.telemetry_every, std::nullopt);
}

TEST_F(ConfigFiles, AreNamedInErrors) {
    scratch_.write("anchord.toml", std::string_view(""));
    const std::string path = scratch_.write("conf.d/a.toml", std::string_view("\nlog_level = \"loud\"\n"));

    EXPECT_EQ(failure(), path + R"(:2:13: "log_level": expected "debug", "info", "warning" or "error")");
}

TEST_F(ConfigFiles, ThatAreMissingAreNamed) { EXPECT_EQ(failure(), scratch_.path("anchord.toml") + ": No such file or directory"); }

TEST_F(ConfigFiles, ThatEverybodyMayWriteAreRefused) {
    const std::string path = scratch_.write("anchord.toml", std::string_view(""));
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);

    EXPECT_EQ(failure(), path + ": every local user may write it; chmod o-w");
}

TEST_F(ConfigFiles, NameAClaimBundleThatOthersMayRead) {
    const std::string bundle = scratch_.write("bundle.json", std::string_view("{}"));
    const std::string path = scratch_.write("anchord.toml", "claim_bundle = \"" + bundle + "\"\n");

    ASSERT_EQ(::chmod(bundle.c_str(), 0640), 0);
    EXPECT_EQ(failure(), "none");
    ASSERT_EQ(::chmod(bundle.c_str(), 0644), 0);
    EXPECT_EQ(failure(), path + ":1:16: claim bundle " + bundle + ": other users may read or change it; chmod o-rwx");
}

TEST_F(ConfigFiles, MayNameAClaimBundleThatIsGoneAfterEnrolment) {
    scratch_.write("anchord.toml", "claim_bundle = \"" + scratch_.path("gone") + "\"\n");

    EXPECT_EQ(failure(), "none");
}

TEST_F(ConfigFiles, NameAGroupThatIsNotThere) {
    const std::string path =
        scratch_.write("anchord.toml", std::string_view("[socket]\ngroup = \"root\"\noperators = \"no-such-group\"\n"));

    EXPECT_EQ(failure(), path + R"(:3:13: "operators": there is no group "no-such-group")");

    scratch_.write("anchord.toml", std::string_view("[socket]\ngroup = \"no-such-group\"\noperators = \"\"\n"));
    EXPECT_EQ(failure(), path + R"(:2:9: "group": there is no group "no-such-group")");
}

TEST(ConfigDefault, ThatIsShippedIsTheBuiltInOne) {
    const std::string shipped = ANCHOR_SOURCE_DIR "/packaging/etc/anchord.toml";

    const auto config = load_config(shipped);

    ASSERT_TRUE(config) << config.error().what;
    EXPECT_EQ(config->attest.remote_every, DaemonConfig().attest.remote_every);
    EXPECT_EQ(config->socket.path, DaemonConfig().socket.path);
}

}  // namespace
}  // namespace anchor::daemon
