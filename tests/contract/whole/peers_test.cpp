// SPDX-License-Identifier: Apache-2.0
// Devices of one owner that look at each other's certificates, by the real programs: at the socket and at the command line, and on a site
// that gets its revocation lists by hand.
#include <anchor/control/client.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <anchor/registry/store.h>
#include <gmock/gmock.h>

#include "whole_test.h"

namespace anchor::whole {
namespace {

using testing::HasSubstr;

class Peers : public TrustedDeviceTest {
protected:
    void SetUp() override {
        TrustedDeviceTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        pem_ = chain_of(device_);
        file_ = scratch_.write("peer.pem", std::string_view(pem_));
    }

    /// What a device of this fleet shows to others.
    std::string chain_of(const std::string& device) const {
        auto store = registry::Store::open(fleet_->path("registry/registry.db")).value();
        const auto record = store->device(DeviceId::parse(device).value()).value();
        std::string pem;
        for (const Bytes& der : record->certificates) {
            pem += crypto::Certificate::from_der(der).value().pem();
        }
        return pem;
    }
    Result<Json> ask(const Json& parameters) const {
        ANCHOR_ASSIGN_OR_RETURN(auto client, control::Client::connect(fleet_->path("run/anchord.sock")));
        return client.call("VerifyPeer", parameters);
    }

    parts::Scratch scratch_{"peers"};
    std::string pem_;
    std::string file_;
};

TEST_F(Peers, AreTrustedUntilAListThatCameByHandSaysOtherwise) {
    ASSERT_TRUE(LoopbackFleet::until([&] { return fleet_->ctl({"verify-peer", file_}).ok(); })) << fleet_->logs();
    EXPECT_THAT(fleet_->ctl({"verify-peer", file_}).output, HasSubstr("trusted: device " + device_));
    const auto answer = ask({{"certificate", pem_}});
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ((*answer)["device"], device_);

    const std::string lists = scratch_.path("lists.pem");
    ASSERT_TRUE(fleet_->registry({"suspend", device_, "--reason", "stolen"}).ok());
    const auto written = fleet_->registry({"crl", "--out", lists});
    ASSERT_TRUE(written.ok()) << written.output;
    ASSERT_TRUE(fleet_->ctl({"import", lists}).ok()) << fleet_->logs();

    const auto refused = fleet_->ctl({"verify-peer", file_});
    EXPECT_EQ(refused.exit_code, 3) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("hold"));
}

TEST_F(Peers, OfAnotherOwnerAndWordsThatNobodyKnowsAreRefused) {
    const crypto::Validity validity{WallTime{}, WallTime{std::chrono::days(40'000)}};
    auto key = crypto::SoftwareKey::generate(KeyAlg::EcP256).value();
    const auto root = crypto::CertificateBuilder::root(key, "another owner", validity).value();
    auto builder = crypto::CertificateBuilder::open(root, key).value();
    const std::string pem = builder.device(key.public_value(), "whole", device_, validity).value().pem() + root.pem();

    const auto refused = fleet_->ctl({"verify-peer", scratch_.write("stranger.pem", std::string_view(pem))});
    EXPECT_EQ(refused.exit_code, 3) << refused.output;
    EXPECT_FALSE(ask({{"certificate", pem}, {"current", false}}));
    EXPECT_FALSE(ask({{"certificate", 5}}));
    EXPECT_FALSE(ask({{"certificate", pem_}, {"current", "yes"}}));
    EXPECT_FALSE(ask({{"certificate", pem_}, {"trust", true}}));
    EXPECT_FALSE(ask(Json::object()));
    EXPECT_EQ(fleet_->level(), "trusted") << "and nobody is worse off for it";
}

}  // namespace
}  // namespace anchor::whole
