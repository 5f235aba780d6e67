// SPDX-License-Identifier: Apache-2.0
#include <daemon/policy_courier.h>

#include <gmock/gmock.h>

#include <array>
#include <filesystem>

#include <anchor/crypto/private_key.h>
#include <anchor/protocol/document.h>
#include <parts/scratch.h>

namespace anchor::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string policy_text(int version, const std::string& condition = "boot.secure_boot") {
    return "{\"policy\": \"site\", \"version\": " + std::to_string(version) +
           ",\n \"rules\": [{\"id\": \"r\", \"about\": \"hardware\", \"require\": \"" + condition + "\", \"because\": \"b\"}]}";
}

std::string signed_text(protocol::DocumentKind kind) {
    static crypto::SoftwareKey key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const std::array signers = {crypto::JwsSigner{"k", key}};
    return protocol::sign({.kind = kind, .tenant = "acme", .audience = "fleet", .name = "x", .version = 1}, signers).value();
}

class PolicyCourierTest : public ::testing::Test {
protected:
    parts::Scratch folder_{"policy.d"};
    std::vector<std::string> in_force_;
    std::vector<std::string> imported_;
    std::vector<std::string> log_;
    Result<void> answer_;
    PolicyCourier courier_{LocalPolicies(folder_.path()),
                           {[this](std::string_view text) {
                                imported_.emplace_back(text);
                                return answer_;
                            },
                            [this](std::vector<std::string> texts) { in_force_ = std::move(texts); },
                            [this](agent::Severity, const std::string& text) { log_.push_back(text); }}};
};

TEST_F(PolicyCourierTest, BringsWhatLiesInTheFolder) {
    folder_.write("10-site.json", policy_text(1));
    folder_.write("20-owner.jws", signed_text(protocol::DocumentKind::Policy));
    folder_.write("README", std::string_view("nothing"));

    courier_.bring();

    EXPECT_THAT(in_force_, ElementsAre(policy_text(1)));
    EXPECT_THAT(imported_, SizeIs(1));
    EXPECT_THAT(log_, IsEmpty());
}

TEST_F(PolicyCourierTest, NoticesThatAFileWasWrittenCameOrWent) {
    courier_.bring();
    folder_.write("10-site.json", policy_text(1));
    courier_.look();
    EXPECT_THAT(in_force_, ElementsAre(policy_text(1)));

    folder_.write("10-site.json", policy_text(12));
    courier_.look();
    EXPECT_THAT(in_force_, ElementsAre(policy_text(12)));

    std::filesystem::remove(folder_.path("10-site.json"));
    courier_.look();
    EXPECT_THAT(in_force_, IsEmpty());
}

TEST_F(PolicyCourierTest, KeepsTheLastGoodOneWhereANewOneIsBadAndSaysWhereOnce) {
    folder_.write("10-site.json", policy_text(1));
    courier_.bring();
    folder_.write("10-site.json", policy_text(2, "boot.secure_bot"));

    courier_.look();
    courier_.look();

    EXPECT_THAT(in_force_, ElementsAre(policy_text(1)));
    EXPECT_THAT(log_, ElementsAre(HasSubstr(folder_.path("10-site.json") + ":2:57: undeclared name")));
}

TEST_F(PolicyCourierTest, NeverGoesBackToAnOlderVersion) {
    folder_.write("10-site.json", policy_text(7));
    courier_.bring();
    folder_.write("10-site.json", policy_text(6, "os.modules_disabled"));

    courier_.look();

    EXPECT_THAT(in_force_, ElementsAre(policy_text(7)));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("version 6 is older than version 7, which stays in force")));
}

TEST_F(PolicyCourierTest, TriesASignedOneAgainUntilTheDeviceHasEnrolled) {
    folder_.write("20-owner.jws", signed_text(protocol::DocumentKind::Policy));
    answer_ = unavailable("this device has not enrolled yet");
    courier_.bring();
    courier_.look();
    EXPECT_THAT(imported_, SizeIs(2));

    answer_ = {};
    courier_.look();
    courier_.look();

    EXPECT_THAT(imported_, SizeIs(3));
    EXPECT_THAT(log_, IsEmpty());
}

TEST_F(PolicyCourierTest, SaysOnceWhyASignedOneIsRefused) {
    folder_.write("20-owner.jws", signed_text(protocol::DocumentKind::Policy));
    answer_ = rejected("is older than version 9, which was accepted before");

    courier_.bring();
    courier_.look();

    EXPECT_THAT(log_, ElementsAre(HasSubstr("20-owner.jws is refused: is older than version 9")));
}

TEST_F(PolicyCourierTest, TakesOnlyPoliciesFromThisFolder) {
    folder_.write("20-owner.jws", signed_text(protocol::DocumentKind::Reinstatement));

    courier_.bring();

    EXPECT_THAT(imported_, IsEmpty());
    EXPECT_THAT(log_, ElementsAre(HasSubstr("none of a policy")));
}

TEST_F(PolicyCourierTest, GivesNothingUpWhereTheFolderHoldsTooMuch) {
    folder_.write("10-site.json", policy_text(1));
    courier_.bring();
    for (int i = 0; i < 70; ++i) folder_.write("f" + std::to_string(i) + ".json", policy_text(1));

    courier_.look();

    EXPECT_THAT(in_force_, ElementsAre(policy_text(1)));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("more than 64 policies")));
}

}  // namespace
}  // namespace anchor::daemon
