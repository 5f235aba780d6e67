// SPDX-License-Identifier: Apache-2.0
#include <anchor/policy/policy_set.h>

#include <gmock/gmock.h>

#include "samples.h"

namespace anchor::policy {
namespace {

using test::kGateway;
using test::policy_from;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kDevice = R"json({"policy": "device", "version": 1,
    "rules": [{"id": "r", "about": "hardware", "require": "tpm.present", "because": "b"}],
    "levels": {"recover_after": "1h"},
    "access": {"mqtt.telemetry": "trusted", "door.open": "trusted"},
    "respond": {"unverified": ["isolate-network", "lamp-red"]}})json";

const WallTime kBefore = *from_rfc3339("2027-06-29T23:59:59Z");
const WallTime kAfter = *from_rfc3339("2027-06-30T00:00:00Z");

TEST(PolicySet, TakesTheSlowestWayBack) {
    const PolicySet both({{policy_from(kGateway), Origin::Signed}, {policy_from(kDevice), Origin::Signed}});

    EXPECT_EQ(both.level_rules(kBefore), (LevelRules{std::chrono::hours{1}, Recovery::Registry, true, "device", "edge-gateway", ""}));
}

TEST(PolicySet, NeverLoosensAfterExpiryOrWithoutASignature) {
    const PolicyInForce gateway{policy_from(kGateway), Origin::Signed};
    const PolicyInForce local{policy_from(kDevice), Origin::Local};

    EXPECT_TRUE(PolicySet({gateway, local}).level_rules(kBefore).may_loosen);
    EXPECT_FALSE(PolicySet({gateway, local}).level_rules(kAfter).may_loosen);
    EXPECT_FALSE(PolicySet({local}).level_rules(kBefore).may_loosen);
    EXPECT_FALSE(PolicySet().level_rules(kBefore).may_loosen);
    EXPECT_EQ(PolicySet({gateway, local}).level_rules(kAfter).held_by, "the policy edge-gateway has expired");
    EXPECT_EQ(PolicySet({local}).level_rules(kBefore).held_by, "no policy in force is signed");
}

TEST(PolicySet, OpensWhatThePolicyOpensAtALevel) {
    const PolicySet one({{policy_from(kGateway), Origin::Signed}});

    EXPECT_THAT(one.enforcement(Level::Trusted).allow, ElementsAre("mqtt.telemetry", "plc.write"));
    EXPECT_THAT(one.enforcement(Level::Restricted).allow, ElementsAre("mqtt.telemetry"));
    EXPECT_THAT(one.enforcement(Level::Unverified).allow, IsEmpty());
    EXPECT_FALSE(one.opens("nobody.said", Level::Trusted));
}

TEST(PolicySet, OpensOnlyWhatNoPolicyCloses) {
    const PolicySet both({{policy_from(kGateway), Origin::Signed}, {policy_from(kDevice), Origin::Signed}});

    EXPECT_THAT(both.enforcement(Level::Trusted).allow, ElementsAre("door.open", "mqtt.telemetry", "plc.write"));
    EXPECT_THAT(both.enforcement(Level::Restricted).allow, IsEmpty());
}

TEST(PolicySet, LetsAnUnsignedPolicyCloseAndNeverOpen) {
    const PolicySet both({{policy_from(kGateway), Origin::Signed}, {policy_from(kDevice), Origin::Local}});

    EXPECT_FALSE(both.opens("door.open", Level::Trusted));
    EXPECT_FALSE(both.opens("mqtt.telemetry", Level::Restricted));
    EXPECT_TRUE(both.opens("mqtt.telemetry", Level::Trusted));
}

TEST(PolicySet, AsksForResponsesAtTheirLevelAndAtEachWorseOne) {
    const PolicySet both({{policy_from(kGateway), Origin::Signed}, {policy_from(kDevice), Origin::Local}});

    EXPECT_THAT(both.enforcement(Level::Trusted).respond, IsEmpty());
    EXPECT_THAT(both.enforcement(Level::Restricted).respond, ElementsAre("notify"));
    EXPECT_THAT(both.enforcement(Level::Revoked).respond, ElementsAre("isolate-network", "lamp-red", "notify", "withhold-credentials"));
}

TEST(PolicySet, OpensNothingToARevokedDeviceOrWithoutAPolicy) {
    const PolicySet one({{policy_from(kGateway), Origin::Signed}});

    EXPECT_THAT(one.enforcement(Level::Revoked).allow, IsEmpty());
    EXPECT_EQ(PolicySet().enforcement(Level::Unverified), (Enforcement{Level::Unverified, {}, {}}));
}

}  // namespace
}  // namespace anchor::policy
