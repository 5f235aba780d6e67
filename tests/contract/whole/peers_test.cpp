// SPDX-License-Identifier: Apache-2.0
// Devices of one owner that look at each other's certificates, by the real programs: at the socket and at the command line, and on a site
// that gets its revocation lists by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <anchor/control/client.h>
#include <anchor/crypto/certificate_builder.h>
#include <anchor/crypto/private_key.h>
#include <anchor/registry/store.h>

#include "loopback_fleet.h"

namespace anchor::whole {
namespace {

using testing::HasSubstr;

class Peers : public testing::Test {
protected:
    void SetUp() override {
        if (!LoopbackFleet::available()) GTEST_SKIP() << "needs swtpm, swtpm_setup, tpm2-tools and mosquitto";
        auto fleet = LoopbackFleet::start();
        ASSERT_TRUE(fleet) << fleet.error().what;
        fleet_ = std::move(*fleet);
        ASSERT_TRUE(fleet_->start_device());
        ASSERT_TRUE(fleet_->until_trusted()) << fleet_->logs();
        pem_ = chain_of(fleet_->device_id());
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

    std::unique_ptr<LoopbackFleet> fleet_;
    parts::Scratch scratch_{"peers"};
    std::string pem_;
    std::string file_;
};

TEST_F(Peers, AreTrustedUntilAListThatCameByHandSaysOtherwise) {
    ASSERT_TRUE(LoopbackFleet::until([&] { return fleet_->ctl({"verify-peer", file_}).ok(); })) << fleet_->logs();
    EXPECT_THAT(fleet_->ctl({"verify-peer", file_}).output, HasSubstr("trusted: device " + fleet_->device_id()));
    const auto answer = ask({{"certificate", pem_}});
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ((*answer)["device"], fleet_->device_id());

    const std::string lists = scratch_.path("lists.pem");
    ASSERT_TRUE(fleet_->registry({"suspend", fleet_->device_id(), "--reason", "stolen"}).ok());
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
    const std::string pem = builder.device(key.public_value(), "whole", fleet_->device_id(), validity).value().pem() + root.pem();

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
