// SPDX-License-Identifier: Apache-2.0
#include <daemon/trust_notice.h>

#include <gmock/gmock.h>

#include <filesystem>

#include <fakes/fake_device.h>
#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TrustNoticeTest : public ::testing::Test {
protected:
    std::string file(const std::string& name) const { return std::string(as_text(folder_.read(name))); }

    parts::Scratch folder_{"run"};
    fakes::Journal journal_;
    fakes::FakeEnforcer next_{journal_};
    std::vector<std::string> log_;
    TrustNotice notice_{folder_.path("anchord"), next_, [this](agent::Severity, const std::string& text) { log_.push_back(text); }};
    const Enforcement wish_{Level::Restricted, {"mqtt.telemetry"}, {"notify"}};
};

TEST_F(TrustNoticeTest, TellsTheLevelInFilesAndPassesTheWishOn) {
    std::filesystem::create_directory(folder_.path("anchord"));

    ASSERT_TRUE(notice_.apply(wish_));

    EXPECT_EQ(file("anchord/trust.json"), "{\"allow\":[\"mqtt.telemetry\"],\"level\":\"restricted\",\"respond\":[\"notify\"]}\n");
    EXPECT_THAT(file("anchord/metrics.prom"), HasSubstr("anchord_trust_level{level=\"restricted\"} 1\n"));
    EXPECT_EQ(next_.last, wish_);
}

TEST_F(TrustNoticeTest, PassesTheWishOnAlsoWhereItCannotWriteAndTriesAgain) {
    ASSERT_TRUE(notice_.apply(wish_));
    notice_.retry();
    EXPECT_EQ(next_.last, wish_);
    std::filesystem::create_directory(folder_.path("anchord"));

    notice_.retry();

    EXPECT_THAT(file("anchord/trust.json"), HasSubstr("restricted"));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("the level is not told in files: "), "the level is told in files again"));
}

TEST_F(TrustNoticeTest, KnowsWhatWasToldBeforeARestart) {
    EXPECT_FALSE(notice_.told_before());
    std::filesystem::create_directory(folder_.path("anchord"));
    ASSERT_TRUE(notice_.apply(wish_));
    EXPECT_EQ(notice_.told_before(), wish_);

    for (const char* wrong :
         {"", "{}", R"({"allow":[],"level":"perfect","respond":[]})", R"({"allow":[1],"level":"trusted","respond":[]})"}) {
        folder_.write("anchord/trust.json", std::string_view(wrong));
        EXPECT_FALSE(notice_.told_before()) << wrong;
    }
}

}  // namespace
}  // namespace anchor::daemon
