// SPDX-License-Identifier: Apache-2.0
#include <registryd/batches.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <anchor/base/file.h>
#include <anchor/crypto/chain.h>
#include <anchor/protocol/enrollment.h>
#include <anchor/trust/gate.h>
#include <parts/scratch.h>
#include <registryd/init.h>

namespace anchor::registryd {
namespace {

using testing::HasSubstr;

class Batches : public testing::Test {
protected:
    Batches() {
        InitOptions options{.folder = scratch_.path("registry"), .tenant = "acme", .host = "broker.example"};
        options.enroll_port = 9001;
        EXPECT_TRUE(init(options));
        files_ = RegistryFiles::open(options.folder).value();
    }
    protocol::ClaimBundle bundle(const std::string& name) {
        return protocol::claim_bundle_from(read_text_file(files_->folder().path("claim-" + name + ".json"), 1U << 20U).value()).value();
    }
    std::string listed(bool json = false) {
        testing::internal::CaptureStdout();
        EXPECT_TRUE(list_batches(*files_, json));
        return testing::internal::GetCapturedStdout();
    }

    parts::Scratch scratch_{"batches"};
    std::unique_ptr<RegistryFiles> files_;
};

TEST_F(Batches, OneMoreIsMadeAfterTheFirst) {
    ASSERT_TRUE(make_batch(*files_, {.name = "second"}));

    const auto second = bundle("second");
    const auto root = read_certificates(files_->folder().enroll_broker() + "/claim-ca.pem").value();
    const auto claim = crypto::Certificate::from_der(second.certificates.front()).value();
    EXPECT_EQ(second.claim, "second");
    EXPECT_EQ(claim.subject_cn(), "second");
    EXPECT_TRUE(crypto::verify_chain(claim, {}, root, {}, {.at = files_->clock().wall(), .purpose = crypto::ForClient{}}));
    EXPECT_EQ(second.host, "broker.example");
    EXPECT_EQ(second.port, 9001);
    EXPECT_NE(second.private_key.view().size(), 0U);
    EXPECT_FALSE(equal(second.certificates.front(), bundle("first").certificates.front()));
    EXPECT_TRUE(trust::Gate::first(second.anchors, second.authority, "acme")) << "its keys vouch for its set";
    EXPECT_THAT(listed(), HasSubstr("second  since "));
    EXPECT_THAT(listed(), HasSubstr("first  since ")) << "the one that the registry began with";
}

TEST_F(Batches, ANameIsGivenOnce) {
    EXPECT_EQ(make_batch(*files_, {.name = "first"}).error().kind, ErrorKind::Denied);
    EXPECT_EQ(make_batch(*files_, {.name = "Of Spring"}).error().kind, ErrorKind::Rejected);
    ASSERT_TRUE(end_batch(*files_, "first", "leaked"));
    std::filesystem::remove(files_->folder().path("claim-first.json"));

    EXPECT_THAT(make_batch(*files_, {.name = "first"}).error().what, HasSubstr("there is a batch \"first\" already"));
}

TEST_F(Batches, NeedsTheKeyOfClaims) {
    EXPECT_FALSE(make_batch(*files_, {.name = "second", .key_folder = scratch_.path("nowhere")}));
    std::filesystem::copy_file(files_->folder().path("authority/root.key"), files_->folder().path("authority/claims.key"),
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_FALSE(make_batch(*files_, {.name = "second"})) << "another key";
    EXPECT_FALSE(std::filesystem::exists(files_->folder().path("claim-second.json")));
}

TEST_F(Batches, EndsOnceAndSaysWhy) {
    ASSERT_TRUE(end_batch(*files_, "first", "leaked"));

    EXPECT_TRUE(files_->store().has_ended("first").value());
    EXPECT_THAT(listed(), HasSubstr(": leaked"));
    EXPECT_THAT(listed(true), HasSubstr("\"reason\": \"leaked\""));
    EXPECT_THAT(end_batch(*files_, "first", "again").error().what, HasSubstr("has ended at"));
    EXPECT_THAT(end_batch(*files_, "frist", "leaked").error().what, HasSubstr("there is no batch \"frist\""));
    EXPECT_EQ(files_->store().audit_log("", 1).value().front().what, "first: leaked");
}

}  // namespace
}  // namespace anchor::registryd
