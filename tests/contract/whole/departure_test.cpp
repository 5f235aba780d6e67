// SPDX-License-Identifier: Apache-2.0
// Devices that leave their owner, by the real programs on a real TPM and a real broker.
#include <gmock/gmock.h>

#include "whole_test.h"

namespace anchor::whole {
namespace {

using testing::HasSubstr;

class Departures : public TrustedDeviceTest {
protected:
    bool has_left() const {
        const Json identity = fleet_->status().value("identity", Json::object());
        return identity.contains("departure") && identity["departure"].is_object() && identity["departure"].value("done", false) &&
               !identity.value("enrolled", true);
    }
    std::string shown() const { return fleet_->registry({"devices", "show", device_}).output; }
};

TEST_F(Departures, RetiredTheDeviceForgetsItsKeysAndAResetDoesNotBringItBack) {
    const auto ordered = fleet_->registry({"retire", device_, "--reason", "worn out"});
    ASSERT_TRUE(ordered.ok()) << ordered.output;
    ASSERT_TRUE(LoopbackFleet::until([&] { return has_left(); })) << fleet_->logs();
    EXPECT_THAT(shown(), HasSubstr("said by its TPM"));
    EXPECT_THAT(shown(), HasSubstr("revoked"));

    EXPECT_FALSE(fleet_->ctl({"reset"}).ok()) << "not without --yes";
    EXPECT_TRUE(has_left());
    ASSERT_TRUE(fleet_->ctl({"reset", "--yes"}).ok()) << fleet_->logs();
    EXPECT_TRUE(LoopbackFleet::until([&] { return fleet_->device_log().find("the device is revoked") != std::string::npos; }))
        << fleet_->logs();
    EXPECT_FALSE(fleet_->status()["identity"]["enrolled"]);
}

TEST_F(Departures, HandedOverTheDeviceIsTheNextOwnersAndKeepsItsName) {
    ASSERT_TRUE(fleet_->make_foreign_registry("next"));
    for (const std::string& root : {fleet_->tpm().root_certificate(), fleet_->tpm().issuer_certificate()})
        ASSERT_TRUE(parts::run({REGISTRY_PROGRAM, "--dir", fleet_->path("next"), "ek", "roots", "add", root}).ok());
    const std::string bundle = fleet_->path("next/claim-first.json");
    const auto ordered = fleet_->registry({"transfer", device_, "--to", bundle, "--reason", "sold"});
    ASSERT_TRUE(ordered.ok()) << ordered.output;
    ASSERT_TRUE(LoopbackFleet::until([&] { return has_left(); })) << fleet_->logs();

    fleet_->stop_device();
    ASSERT_TRUE(parts::run({"cp", bundle, fleet_->path("registry/claim-first.json")}).ok());
    ASSERT_TRUE(fleet_->move_to("next"));
    ASSERT_TRUE(fleet_->start_device());

    EXPECT_TRUE(LoopbackFleet::until([&] { return fleet_->connected(); })) << fleet_->logs();
    EXPECT_EQ(fleet_->device_id(), device_);
    EXPECT_TRUE(fleet_->status()["identity"]["departure"].is_null());
}

}  // namespace
}  // namespace anchor::whole
