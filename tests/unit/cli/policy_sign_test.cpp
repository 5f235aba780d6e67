// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_sign.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include <anchor/base/file.h>
#include <anchor/crypto/private_key.h>
#include <anchor/trust/gate.h>
#include <parts/scratch.h>

#include "cli/exit_code.h"
#include "cli/policy_commands.h"
#include "sample_policy.h"

namespace anchor::cli {
namespace {

using testing::HasSubstr;

constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2027} / 1 / 15};

class PolicySign : public testing::Test {
protected:
    std::string file(const std::string& name, std::string_view text) { return scratch_.write(name, text); }
    std::string key_file(const std::string& name, const crypto::SoftwareKey& key) {
        const std::string path = file(name, std::string(as_text(key.to_pkcs8_pem().view())));
        EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
        return path;
    }
    SignOptions first() {
        return {.file = policy_,
                .keys = {anna_file_},
                .anchors = anchors_file_,
                .tenant = "acme",
                .group = "gateways",
                .out = scratch_.path("one.jws")};
    }
    SignOptions second() {
        return {.file = scratch_.path("one.jws"), .keys = {bert_file_}, .anchors = anchors_file_, .out = scratch_.path("two.jws")};
    }
    // Anna and Bert sign policies together, everything else is Otto's.
    protocol::AnchorSet anchors() const {
        protocol::AnchorSet set{.version = 1};
        for (const crypto::SoftwareKey* key : {&anna_, &bert_, &otto_}) set.keys.emplace(kid(*key), key->public_value());
        for (std::size_t i = 0; i < protocol::kDocumentKindCount; ++i) {
            const auto kind = static_cast<protocol::DocumentKind>(i);
            const bool both = kind == protocol::DocumentKind::Policy;
            const std::string one = protocol::is_offline(kind) ? kid(anna_) : kid(otto_);
            set.roles[kind] = both ? protocol::Role{{kid(anna_), kid(bert_)}, 2} : protocol::Role{{one}, 1};
        }
        set.broker_anchors = {Bytes{1}};
        return set;
    }
    std::string signed_anchors() {
        const std::array signers = {crypto::JwsSigner{kid(anna_), anna_}};
        const protocol::Document document{.kind = protocol::DocumentKind::Anchors,
                                          .tenant = "acme",
                                          .audience = protocol::audience_fleet(),
                                          .version = 1,
                                          .issued = kNow,
                                          .body = protocol::to_json(anchors())};
        return protocol::sign(document, signers).value();
    }
    static std::string kid(const crypto::SoftwareKey& key) { return key.public_value().thumbprint(); }
    Result<trust::VerifiedDocument> accepted(const std::string& name) {
        const protocol::AnchorSet set = anchors();
        const trust::Floors floors;
        return trust::Gate(set).accept(as_text(scratch_.read(name)), protocol::DocumentKind::Policy,
                                       {"acme", "gateways", nullptr, floors, kNow});
    }

    parts::Scratch scratch_{"sign"};
    crypto::SoftwareKey anna_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::SoftwareKey bert_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    crypto::SoftwareKey otto_ = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    std::string anchors_file_ = file("anchors.jws", signed_anchors());
    std::string anna_file_ = key_file("anna.key", anna_);
    std::string bert_file_ = key_file("bert.key", bert_);
    std::string policy_ = file("gate.json", kSamplePolicy);
    std::ostringstream out_;
};

TEST_F(PolicySign, TwoSignersInTwoRoomsMakeADocumentThatADeviceAccepts) {
    ASSERT_EQ(sign_policy(first(), kNow, out_).value(), exit_code::kDone);
    EXPECT_FALSE(accepted("one.jws"));

    ASSERT_EQ(sign_policy(second(), kNow + Seconds(5), out_).value(), exit_code::kDone);

    const auto document = accepted("two.jws");
    ASSERT_TRUE(document) << document.error().what;
    EXPECT_EQ(document->document().version, 7U);
    EXPECT_EQ(document->document().name, "gateways");
    EXPECT_EQ(document->document().not_after, from_rfc3339("2027-06-30T00:00:00Z").value());
    EXPECT_THAT(out_.str(), HasSubstr("policy \"gateways\", version 7\nfor group:gateways of tenant \"acme\""));
    EXPECT_THAT(out_.str(), HasSubstr("signed by " + kid(bert_) + "\n2 of 2 signatures that devices ask for\n"));
}

TEST_F(PolicySign, SignsNoPolicyWithMistakes) {
    SignOptions options = first();
    options.file = file("bad.json", replaced(kSamplePolicy, "plc.vibration_rms < 4.5", "plc.vibration_rms < 'a'"));

    const auto made = sign_policy(options, kNow, out_);

    ASSERT_FALSE(made);
    EXPECT_EQ(exit_code_of(made.error()), exit_code::kRefused);
    EXPECT_THAT(out_.str(), HasSubstr("bad.json:7:"));
    EXPECT_FALSE(read_text_file(options.out, 1U << 20U));
}

TEST_F(PolicySign, UsesNoKeyThatOthersMayRead) {
    EXPECT_EQ(::chmod(anna_file_.c_str(), 0640), 0);

    const auto made = sign_policy(first(), kNow, out_);

    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("others may read or change it; chmod go-rwx"));
}

TEST_F(PolicySign, NeverOverwritesAndNeverSignsTwiceWithOneKey) {
    ASSERT_TRUE(sign_policy(first(), kNow, out_));

    const auto again = sign_policy(first(), kNow, out_);
    SignOptions same_key = second();
    same_key.keys = {anna_file_};
    const auto twice = sign_policy(same_key, kNow, out_);

    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().what, HasSubstr("is there already"));
    ASSERT_FALSE(twice);
    EXPECT_THAT(twice.error().what, HasSubstr("signed"));
}

TEST_F(PolicySign, RefusesAKeyWithoutThatRoleAndASetThatNobodyVouchesFor) {
    SignOptions otto = first();
    otto.keys = {key_file("otto.key", otto_)};
    SignOptions forged = first();
    forged.anchors = file("forged.jws", replaced(signed_anchors(), ".", ".AA"));

    const auto other_role = sign_policy(otto, kNow, out_);
    const auto other_set = sign_policy(forged, kNow, out_);

    ASSERT_FALSE(other_role);
    EXPECT_THAT(other_role.error().what, HasSubstr("may not sign policy documents"));
    ASSERT_FALSE(other_set);
    EXPECT_THAT(other_set.error().what, HasSubstr("forged.jws"));
}

TEST_F(PolicySign, TellsAFurtherSignerThatItIsNotWhatHeMeant) {
    ASSERT_TRUE(sign_policy(first(), kNow, out_));
    SignOptions other = second();
    other.tenant = "globex";

    const auto made = sign_policy(other, kNow, out_);

    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("for the tenant \"acme\""));
}

TEST_F(PolicySign, AsksWhomANewDocumentIsFor) {
    SignOptions nobody = first();
    nobody.group.clear();

    const auto made = sign_policy(nobody, kNow, out_);

    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("whom is it for?"));
}

TEST_F(PolicySign, ShowsASignedPolicyAndSaysThatItsKeysWereNotChecked) {
    ASSERT_TRUE(sign_policy(first(), kNow, out_));

    EXPECT_EQ(show_policy(scratch_.path("one.jws"), out_).value(), exit_code::kDone);

    EXPECT_THAT(out_.str(), HasSubstr("signed for group:gateways of acme, version 7, by keys that were not checked"));
}

}  // namespace
}  // namespace anchor::cli
