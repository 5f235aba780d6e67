// SPDX-License-Identifier: Apache-2.0
#include <anchor/enforce/trust_file.h>

#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include <parts/scratch.h>

namespace anchor::enforce {
namespace {

const Enforcement kWish{.level = Level::Restricted, .allow = {"mqtt.telemetry"}, .respond = {"isolate-network"}};

struct stat status_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

TEST(TrustFile, SaysLevelAccessesAndResponses) {
    const parts::Scratch scratch("trust");

    ASSERT_TRUE(TrustFile(scratch.path("trust.json")).apply(kWish));

    EXPECT_EQ(as_text(scratch.read("trust.json")),
              "{\"allow\":[\"mqtt.telemetry\"],\"level\":\"restricted\",\"respond\":[\"isolate-network\"]}\n");
    EXPECT_EQ(status_of(scratch.path("trust.json")).st_mode & 0777U, 0644U);
}

TEST(TrustFile, IsReplacedWhereItChangesAndLeftAloneOtherwise) {
    const parts::Scratch scratch("trust");
    TrustFile file(scratch.path("trust.json"));

    ASSERT_TRUE(file.apply(kWish));
    const auto first = status_of(scratch.path("trust.json")).st_ino;
    ASSERT_TRUE(file.apply(kWish));
    const auto same = status_of(scratch.path("trust.json")).st_ino;
    ASSERT_TRUE(file.apply({.level = Level::Trusted, .allow = {}, .respond = {}}));

    EXPECT_EQ(same, first);
    EXPECT_EQ(as_text(scratch.read("trust.json")), "{\"allow\":[],\"level\":\"trusted\",\"respond\":[]}\n");
    EXPECT_FALSE(std::filesystem::exists(scratch.path("trust.json.new")));
}

TEST(TrustFile, WritesThroughNoLinkThatSomeoneLeft) {
    const parts::Scratch scratch("trust");
    scratch.write("victim", "untouched");
    std::filesystem::create_symlink(scratch.path("victim"), scratch.path("trust.json.new"));
    std::filesystem::create_symlink(scratch.path("victim"), scratch.path("trust.json"));

    ASSERT_TRUE(TrustFile(scratch.path("trust.json")).apply(kWish));

    EXPECT_EQ(as_text(scratch.read("victim")), "untouched");
    EXPECT_TRUE(S_ISREG(status_of(scratch.path("trust.json")).st_mode));
}

TEST(TrustFile, FailsWhereItsFolderIsMissing) {
    const parts::Scratch scratch("trust");
    EXPECT_EQ(TrustFile(scratch.path("nothing/trust.json")).apply(kWish).error().kind, ErrorKind::Unavailable);
}

TEST(MetricsFile, HasOneForTheLevelAndZeroForTheOthers) {
    const parts::Scratch scratch("metrics");

    ASSERT_TRUE(MetricsFile(scratch.path("metrics.prom")).apply(kWish));

    EXPECT_EQ(as_text(scratch.read("metrics.prom")),
              "# TYPE anchord_trust_level gauge\n"
              "# HELP anchord_trust_level Which level holds: 1 for it, 0 for the others.\n"
              "anchord_trust_level{level=\"trusted\"} 0\n"
              "anchord_trust_level{level=\"restricted\"} 1\n"
              "anchord_trust_level{level=\"unverified\"} 0\n"
              "anchord_trust_level{level=\"quarantined\"} 0\n"
              "anchord_trust_level{level=\"revoked\"} 0\n"
              "# TYPE anchord_access_open gauge\n"
              "# HELP anchord_access_open Accesses of the policies that are open now.\n"
              "anchord_access_open{access=\"mqtt.telemetry\"} 1\n"
              "# TYPE anchord_response_active gauge\n"
              "# HELP anchord_response_active Responses that the policies ask for now.\n"
              "anchord_response_active{response=\"isolate-network\"} 1\n"
              "# EOF\n");
}

TEST(MetricsFile, EscapesWhatWouldEndALabel) {
    const std::string text = metrics_text({.level = Level::Trusted, .allow = {"a\"b\\c\nd"}, .respond = {}});
    EXPECT_NE(text.find("{access=\"a\\\"b\\\\c\\nd\"} 1\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace anchor::enforce
