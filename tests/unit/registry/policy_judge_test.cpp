// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/policy_judge.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/identity/software_root.h>

#include "fleet.h"

namespace anchor::registry {
namespace {

using testing::HasSubstr;

Json rule(const std::string& id, const std::string& require) {
    return {{"id", id},
            {"about", "hardware"},
            {"require", require},
            {"otherwise", "contraindicated"},
            {"if_unknown", "warning"},
            {"because", "The rule " + id + " wants it."}};
}

Json policy_of(const std::vector<Json>& rules) { return {{"policy", "line"}, {"version", 1}, {"rules", rules}}; }

struct PolicyJudgeTest : testing::Test {
    PolicyJudgeTest() {
        if (!device.enroll().empty()) std::abort();
    }
    Level level_after_attesting() {
        if (!device.attest().empty()) std::abort();
        return device.result().level;
    }
    void device_says(const std::string& name, ClaimValue value) {
        device.also_says.set(name, {std::move(value), fleet.clock.steady(), "kernel"});
    }

    std::shared_ptr<fakes::FakeTpm> tpm = std::make_shared<fakes::FakeTpm>();
    fakes::FakeRoot root{tpm};
    Fleet fleet;
    TestDevice device{fleet, root};
};

TEST_F(PolicyJudgeTest, JudgesByThePolicyOfTheGroupAndNamesItsRules) {
    fleet.set_policy(policy_of({rule("locked-down", "os.lockdown == 'confidentiality'")}));

    EXPECT_EQ(level_after_attesting(), Level::Quarantined);

    ASSERT_EQ(device.result().findings.size(), 1U);
    EXPECT_EQ(device.result().findings[0].policy, "line");
    EXPECT_EQ(device.result().findings[0].rule, "locked-down");
}

TEST_F(PolicyJudgeTest, LeavesGroupsWithoutAnyPolicyToTheOtherJudge) {
    fleet.set_reference({{"pcrs", {{"4", {tpm->pcrs().find(HashAlg::Sha256, 4)->text()}}}}});

    EXPECT_EQ(level_after_attesting(), Level::Trusted);
}

TEST_F(PolicyJudgeTest, TakesANewerPolicyAtOnce) {
    fleet.set_policy(policy_of({rule("locked-down", "os.lockdown == 'confidentiality'")}));
    EXPECT_EQ(level_after_attesting(), Level::Quarantined);

    fleet.set_policy(policy_of({rule("locked-down", "os.lockdown == 'integrity'")}));

    EXPECT_EQ(level_after_attesting(), Level::Trusted);
}

TEST_F(PolicyJudgeTest, GoesOnJudgingByAPolicyThatHasExpired) {
    fleet.set_policy(policy_of({rule("locked-down", "os.lockdown == 'confidentiality'")}), fleet.clock.wall() + Seconds(10));
    fleet.clock.pass(Seconds(11));

    EXPECT_EQ(level_after_attesting(), Level::Quarantined);
}

TEST_F(PolicyJudgeTest, TrustsNobodyByAPolicyThatNobodyVouchesFor) {
    fleet.set_reference({{"pcrs", {{"4", {tpm->pcrs().find(HashAlg::Sha256, 4)->text()}}}}});
    fleet.set_policy(policy_of({rule("anything", "os.lockdown == 'integrity'")}), {}, 1);

    EXPECT_EQ(level_after_attesting(), Level::Unverified) << "neither by the policy nor by registers alone";
    EXPECT_EQ(device.result().findings[0].rule, "policy-in-force");
    EXPECT_THAT(device.result().findings[0].because, HasSubstr("can't be used"));
}

TEST_F(PolicyJudgeTest, KnowsWhatOnlyTheRegistryKnows) {
    fleet.set_policy(policy_of({rule("standing", "registry.standing == 'active' && registry.connected"),
                                rule("key", "identity.enrolled && identity.hardware_bound && identity.key_algorithm == 'ec-p256'"),
                                rule("certificate", "identity.certificate_expires_in > duration('24h')"),
                                rule("tpm", "tpm.present && tpm.clock > duration('0s')")}));

    EXPECT_EQ(level_after_attesting(), Level::Trusted);
}

TEST_F(PolicyJudgeTest, TakesTheDevicesWordAboutWhatOnlyItCanSee) {
    fleet.set_policy(policy_of({rule("no-lockout", "!tpm.in_lockout")}));
    EXPECT_EQ(level_after_attesting(), Level::Restricted) << "nobody said it: unknown is no pass";

    device_says("tpm.in_lockout", false);

    EXPECT_EQ(level_after_attesting(), Level::Trusted);
}

TEST_F(PolicyJudgeTest, ADeviceCannotLieAboutWhatIsProvenElsewhere) {
    fleet.set_policy(policy_of({rule("boot", "boot.pcrs_match && boot.secure_boot"), rule("programs", "ima.clean"),
                                rule("level", "registry.level == 'trusted'"), rule("resets", "tpm.reset_count == 4242")}));
    device_says("boot.pcrs_match", true);
    device_says("boot.secure_boot", true);
    device_says("ima.clean", true);
    device_says("registry.level", std::string("trusted"));
    device_says("tpm.reset_count", std::int64_t{4242});

    EXPECT_NE(level_after_attesting(), Level::Trusted);

    EXPECT_EQ(device.result().findings.size(), 4U);
}

TEST_F(PolicyJudgeTest, ShowsNothingThatTheTpmObfuscates) {
    fleet.set_policy(policy_of({rule("firmware", "tpm.firmware_version != ''"), rule("resets", "tpm.reset_count >= 0"),
                                rule("restarts", "tpm.restart_count >= 0"), rule("clock", "tpm.clock > duration('0s')")}));
    for (const char* name : {"tpm.reset_count", "tpm.restart_count"}) device_says(name, std::int64_t{1});
    device_says("tpm.firmware_version", std::string("0001000200030004"));

    EXPECT_EQ(level_after_attesting(), Level::Restricted) << "unknown is no pass";

    const auto findings = device.result().findings;
    ASSERT_EQ(findings.size(), 3U);
    for (const Finding& finding : findings) {
        EXPECT_TRUE(finding.unknown) << finding.rule;
        EXPECT_THAT(finding.inputs.at(0).value, HasSubstr("the TPM obfuscates it")) << finding.rule;
    }
}

TEST_F(PolicyJudgeTest, StillSeesThatWhatTheTpmObfuscatesHasChanged) {
    ASSERT_EQ(device.attest(), "");
    EXPECT_EQ(fleet.last_audit(), "attested: unverified");
    tpm->reset();

    ASSERT_EQ(device.attest(), "");

    EXPECT_EQ(fleet.last_audit(), "attested: unverified, after a reboot");
}

TEST_F(PolicyJudgeTest, ASuspendedDeviceCannotCallItselfActive) {
    fleet.set_policy(policy_of({rule("standing", "registry.standing == 'active'")}));
    device_says("registry.standing", std::string("active"));
    auto record = *fleet.store->device(device.identity->device).value();
    record.standing.status = StandingStatus::Suspended;
    ASSERT_TRUE(fleet.store->save(record));

    EXPECT_EQ(level_after_attesting(), Level::Quarantined);
}

TEST(PolicyJudgeWithoutTpm, DoesNotBelieveInAKeyInHardware) {
    identity::SoftwareRoot root;
    Fleet fleet;
    fleet.settings.allow_software_keys = true;
    TestDevice device(fleet, root);
    fleet.set_policy(policy_of({rule("key", "identity.hardware_bound"), rule("tpm", "tpm.present"), rule("lockout", "!tpm.in_lockout")}));
    for (const char* name : {"identity.hardware_bound", "tpm.present"}) device.also_says.set(name, {true, fleet.clock.steady(), "tpm"});
    device.also_says.set("tpm.in_lockout", {false, fleet.clock.steady(), "tpm"});

    ASSERT_EQ(device.enroll(), "");

    EXPECT_EQ(device.result().level, Level::Quarantined);
    EXPECT_EQ(device.result().findings.size(), 3U);
}

}  // namespace
}  // namespace anchor::registry
