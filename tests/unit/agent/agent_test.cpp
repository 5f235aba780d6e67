// SPDX-License-Identifier: Apache-2.0
#include <anchor/agent/agent.h>

#include <array>

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include <anchor/crypto/hash.h>

#include "enrolled_device.h"

namespace anchor::agent {
namespace {

constexpr Milliseconds kTick{30'000};

Digest event(std::string_view what) { return crypto::hash(HashAlg::Sha256, as_bytes(what)); }

class AgentTest : public testing::Test {
protected:
    void become_trusted() {
        owned.install_documents();
        owned.start();
        owned.tick(kTick);
        owned.tick(kTick);
        owned.tick(kTick);
        ASSERT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
        owned.device.journal.clear();
    }

    EnrolledDevice owned;
};

TEST_F(AgentTest, TrustsNothingWithoutAPolicy) {
    owned.start();
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Unverified);
    EXPECT_EQ(owned.agent->trust().because, "there is no policy to judge by");
    EXPECT_FALSE(owned.agent->allows("plc.write"));
}

TEST_F(AgentTest, ComesToTrustAfterTheWaitAndTellsTheEnforcer) {
    owned.install_documents("1m");
    owned.start();
    EXPECT_EQ(owned.level(), Level::Unverified) << "a restart begins there";
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Unverified) << "the minute is not over";
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
    EXPECT_TRUE(owned.agent->allows("plc.write"));
    EXPECT_EQ(owned.device.enforcer.last.allow, std::vector<std::string>{"plc.write"});
}

TEST_F(AgentTest, LosesTrustAtOnceWhenARegisterChangesAndSaysWhy) {
    become_trusted();
    owned.tpm->extend(16, event("attack"));
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_EQ(owned.agent->trust().because, "The boot is not the approved one.");
    const Json status = owned.agent->status();
    EXPECT_EQ(status["level"], "quarantined");
    EXPECT_EQ(status["findings"][0]["rule"], "registers");
    EXPECT_FALSE(owned.agent->allows("plc.write"));
}

TEST_F(AgentTest, SavesBeforeItActs) {
    become_trusted();
    owned.tpm->extend(16, event("attack"));
    owned.tick(kTick);

    EXPECT_EQ(owned.device.journal, (fakes::Journal{"save", "enforce quarantined"}));
}

TEST_F(AgentTest, TightensEvenWhenItCannotSave) {
    become_trusted();
    owned.device.store.failing = unavailable("the disk is full");
    owned.tpm->extend(16, event("attack"));
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_EQ(owned.device.enforcer.last.level, Level::Quarantined);
}

TEST_F(AgentTest, NeverLoosensWhatItCannotSave) {
    owned.install_documents("0s");
    owned.start();
    owned.tpm->extend(16, event("attack"));
    owned.tick(kTick);
    ASSERT_EQ(owned.level(), Level::Quarantined);

    owned.device.store.failing = unavailable("the disk is full");
    owned.tpm->reset();
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Quarantined);
    owned.device.store.failing.reset();
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(AgentTest, ATpmThatDoesNotAnswerTightensAndComesBack) {
    become_trusted();
    owned.tpm->fail_with(unavailable("the TPM is gone"));
    owned.tick(kTick);
    EXPECT_GE(owned.level(), Level::Unverified);
    EXPECT_NE(owned.agent->trust().because.find("the TPM is gone"), std::string::npos);

    owned.tpm->fail_with(std::nullopt);
    for (int i = 0; i < 4; ++i) owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(AgentTest, ATpmThatHangsTightensAndComesBack) {
    become_trusted();
    owned.agent->tick();  // a look that does not end
    for (int i = 0; i < 4; ++i) {
        owned.device.clock.pass(kTick);
        owned.agent->tick();
    }
    EXPECT_EQ(owned.level(), Level::Trusted) << "slow";

    owned.device.clock.pass(kTick);
    owned.agent->tick();
    EXPECT_EQ(owned.level(), Level::Unverified);
    EXPECT_EQ(owned.agent->trust().because, "the TPM has not answered for 2m30s");

    for (int i = 0; i < 4; ++i) owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
}

TEST_F(AgentTest, AStandingFromOutsideTakesEffectAndSurvivesARestart) {
    become_trusted();
    ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Suspended)));
    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_EQ(owned.device.journal, (fakes::Journal{"save floor", "enforce quarantined"}));

    owned.start();
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_EQ(owned.agent->import(owned.standing(6, StandingStatus::Active)).error().kind, ErrorKind::Rejected) << "rollback";
}

TEST_F(AgentTest, ARevokedDeviceStaysRevokedUntilItIsReinstated) {
    become_trusted();
    ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Revoked)));
    ASSERT_TRUE(owned.agent->import(owned.standing(8, StandingStatus::Active)));
    owned.start();
    EXPECT_EQ(owned.level(), Level::Revoked);

    ASSERT_TRUE(owned.agent->import(owned.signed_document(protocol::DocumentKind::Reinstatement, "", 9, Json::object())));
    EXPECT_EQ(owned.level(), Level::Unverified);
}

TEST_F(AgentTest, ABadPolicyNeverReplacesAGoodOne) {
    become_trusted();
    Json bad = EnrolledDevice::policy_body("1m");
    bad["rules"][0]["require"] = "no.such.claim &&";

    const auto refused = owned.agent->import(owned.signed_document(protocol::DocumentKind::Policy, "edge", 2, bad));

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("policy/edge"), std::string::npos);
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted);
}

TEST_F(AgentTest, AnOlderPolicyIsRefusedAlsoAfterARestart) {
    become_trusted();
    const auto policy = [this](std::uint64_t version) {
        return owned.signed_document(protocol::DocumentKind::Policy, "edge", version, EnrolledDevice::policy_body("1m"));
    };
    ASSERT_TRUE(owned.agent->import(policy(3)));

    EXPECT_EQ(owned.agent->import(policy(2)).error().kind, ErrorKind::Rejected);
    owned.start();
    const auto refused = owned.agent->import(policy(2));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
    EXPECT_NE(refused.error().what.find("version 3"), std::string::npos) << refused.error().what;
}

TEST_F(AgentTest, AnUnsignedLocalPolicyCanOnlyTighten) {
    owned.install_documents("0s");
    Json local = EnrolledDevice::policy_body("0s");
    local["policy"] = "local";
    local["rules"][0]["require"] = "registry.connected";
    owned.start({.local_policies = {local.dump()}});
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Quarantined) << owned.agent->trust().because;
}

TEST_F(AgentTest, ANewPolicyClosesAtOnceAndOpensOnlyAfterItHasJudged) {
    become_trusted();
    Json other = EnrolledDevice::policy_body("1m");
    other["access"] = {{"plc.read", "trusted"}};

    ASSERT_TRUE(owned.agent->import(owned.signed_document(protocol::DocumentKind::Policy, "edge", 2, other)));
    EXPECT_EQ(owned.device.enforcer.last.allow, std::vector<std::string>{}) << "what is no longer open is closed before anything is seen";
    owned.pump();

    EXPECT_EQ(owned.level(), Level::Trusted);
    EXPECT_EQ(owned.device.enforcer.last.allow, std::vector<std::string>{"plc.read"});
}

TEST_F(AgentTest, LocalPoliciesAreReplacedWhileItRuns) {
    become_trusted();
    Json local = EnrolledDevice::policy_body("0s");
    local["policy"] = "local";
    local["rules"][0]["require"] = "registry.connected";

    owned.agent->use_local_policies({local.dump()});
    owned.pump();
    const Level with = owned.level();
    owned.agent->use_local_policies({});
    for (int i = 0; i < 4; ++i) owned.tick(kTick);

    EXPECT_EQ(with, Level::Quarantined);
    EXPECT_EQ(owned.level(), Level::Trusted) << owned.agent->trust().because;
}

TEST_F(AgentTest, LooksAgainWhereSomethingHappenedWhileItLooked) {
    become_trusted();
    owned.agent->tick();
    owned.tpm->extend(16, event("attack"));
    ASSERT_TRUE(owned.device.worker.step());
    owned.agent->tick();  // asked for while the first look is under way, or just after it
    owned.pump();

    EXPECT_EQ(owned.level(), Level::Quarantined);
}

TEST_F(AgentTest, SaysWhichPoliciesAreInForceWheneverTheyChange) {
    std::vector<std::size_t> heard;
    owned.install_documents();
    owned.policies_changed = [&](const policy::PolicySet& policies) { heard.push_back(policies.policies().size()); };
    owned.start();

    owned.agent->use_local_policies({EnrolledDevice::policy_body("0s").dump()});

    EXPECT_EQ(heard, (std::vector<std::size_t>{1, 2}));
}

TEST_F(AgentTest, ExplainsWhatKeepsABetterLevelAway) {
    become_trusted();
    owned.tpm->extend(16, event("attack"));
    owned.tick(kTick);

    const Json decision = owned.agent->decision(Level::Trusted);

    EXPECT_EQ(decision["level"], "quarantined");
    EXPECT_EQ(decision["in_force"], "quarantined");
    ASSERT_EQ(decision["explanation"]["obstacles"].size(), 1U);
    EXPECT_EQ(decision["explanation"]["obstacles"][0]["require"], "boot.pcrs_match");
    EXPECT_EQ(decision["explanation"]["obstacles"][0]["finding"]["rule"], "registers");
    EXPECT_EQ(owned.agent->decision(Level::Quarantined)["explanation"]["obstacles"].size(), 0U);
}

TEST_F(AgentTest, TheRecordOfASuspensionNamesTheOwner) {
    become_trusted();
    ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Suspended)));

    ASSERT_EQ(owned.level(), Level::Quarantined);
    const auto& last = owned.device.audit.events.back();
    EXPECT_EQ(last.what, "level");
    EXPECT_THAT(last.details, ::testing::Contains(::testing::Pair("because", "the owner has suspended this device")));
    EXPECT_NE(as_text(owned.device.outbox.entries.back().octets).find("the owner has suspended"), std::string_view::npos);
}

TEST_F(AgentTest, AClearedTpmLosesTheIdentityAndKeepsWhatTheOwnerSaid) {
    become_trusted();
    ASSERT_TRUE(owned.agent->import(owned.standing(7, StandingStatus::Suspended)));
    owned.tpm->clear();
    owned.start();

    EXPECT_EQ(owned.level(), Level::Quarantined);
    EXPECT_EQ(owned.agent->status()["identity"]["enrolled"], false);
}

TEST_F(AgentTest, ARefusedStateBeginsAnewAndIsAudited) {
    owned.device.store.saved = to_bytes("not a state");
    owned.agent = std::make_unique<Agent>(owned.device.parts(), AgentSettings{});
    owned.agent->start();
    owned.pump();

    EXPECT_EQ(owned.level(), Level::Unverified);
    ASSERT_FALSE(owned.device.audit.events.empty());
    EXPECT_EQ(owned.device.audit.events[0].what, "state-refused");
}

TEST_F(AgentTest, AStateThatCannotBeReadYetIsReadLater) {
    owned.install_documents("0s");
    owned.device.store.failing = unavailable("the TPM does not answer");
    owned.start();
    EXPECT_EQ(owned.level(), Level::Unverified);

    owned.device.store.failing.reset();
    owned.tick(kTick);
    owned.tick(kTick);
    EXPECT_EQ(owned.level(), Level::Trusted);
}

// Started again beside a TPM that hangs: what the enforcer still holds is what the program before it said.
TEST_F(AgentTest, ClosesWhatWasOpenWhereItsStateCannotBeReadAndOpensNothing) {
    owned.device.store.failing = unavailable("the TPM does not answer");
    const auto start_after = [&](Enforcement told) {
        AgentSettings settings;
        settings.told_before = std::move(told);
        owned.agent = std::make_unique<Agent>(owned.device.parts(), std::move(settings));
        owned.agent->start();
    };
    start_after({Level::Trusted, {"plc.write"}, {"isolate-network"}});
    EXPECT_EQ(owned.device.enforcer.last, (Enforcement{Level::Unverified, {}, {"isolate-network"}}));

    owned.device.journal.clear();
    owned.tick(kTick);
    EXPECT_THAT(owned.device.journal, testing::IsEmpty()) << "once";

    start_after({Level::Quarantined, {"plc.write"}, {}});
    EXPECT_EQ(owned.device.enforcer.last, (Enforcement{Level::Quarantined, {}, {}}));
}

TEST_F(AgentTest, WhoAsksForAnAttestationHearsHowItEnded) {
    become_trusted();
    std::vector<std::string> heard;
    const auto hear = [&](const Result<Level>& how) { heard.push_back(how ? std::string(to_string(*how)) : how.error().what); };
    owned.agent->attest(hear);
    EXPECT_EQ(std::exchange(heard, {}), std::vector<std::string>{"not connected to the registry"});

    owned.device.link.connect();
    owned.pump();
    owned.agent->attest(hear);  // behind the one of the connection, which nobody answers
    owned.tick(kTick + Milliseconds{1});
    EXPECT_EQ(std::exchange(heard, {}), std::vector<std::string>{"the registry did not answer in time"});

    owned.device.link.lose(unavailable("gone"));
    owned.device.link.connect();
    owned.pump();
    owned.agent->attest(hear);
    owned.device.link.lose(unavailable("gone"));
    EXPECT_EQ(heard, std::vector<std::string>{"the connection is gone"});
}

TEST_F(AgentTest, AsksAgainOnEveryConnectionAndGivesUpOnSilence) {
    become_trusted();
    owned.device.link.connect();
    owned.pump();
    const auto asked = [&](const char* verb) {
        return std::ranges::count_if(owned.device.link.sent, [&](const Message& m) { return m.topic.ends_with(verb); });
    };
    EXPECT_EQ(asked("standing.get"), 1);
    EXPECT_EQ(asked("attest.nonce"), 1);
    owned.device.link.sent.clear();

    owned.tick(kTick + Milliseconds{1});
    EXPECT_EQ(owned.agent->status()["attestation"]["result"], "failed: the registry did not answer in time");
    owned.device.link.lose(unavailable("gone"));
    owned.device.link.connect();
    owned.pump();
    EXPECT_EQ(asked("standing.get"), 1);
    EXPECT_EQ(owned.level(), Level::Trusted) << "a lost network is not distrust";
}

TEST_F(AgentTest, AsksAgainWithTheSameOctetsWhileNobodyAnswers) {
    become_trusted();
    owned.device.link.connect();
    owned.pump();
    const Message first = owned.device.link.sent.back();
    owned.device.link.sent.clear();

    owned.tick(Milliseconds{1'000});
    owned.tick(Milliseconds{1'000});

    ASSERT_EQ(std::ranges::count_if(owned.device.link.sent, [&](const Message& m) { return m.payload == first.payload; }), 1)
        << "the second time after twice as long";
}

TEST_F(AgentTest, ForeignMessagesChangeNothing) {
    become_trusted();
    owned.device.link.connect();
    owned.pump();
    const std::string root = "anchor/1/acme/device/" + owned.device_id.text();
    for (const std::string& topic : {root + "/reply", root + "/standing", std::string("anchor/1/acme/fleet/fresh"), std::string("x")}) {
        owned.device.link.deliver({topic, to_bytes("{}"), Bytes(16, 1)});
        owned.device.link.deliver({topic, to_bytes(owned.standing(9, StandingStatus::Revoked) + "x")});
    }
    owned.tick(kTick);

    EXPECT_EQ(owned.level(), Level::Trusted);
    EXPECT_GE(owned.device.log.size(), 8U) << "each is told";
}

}  // namespace
}  // namespace anchor::agent
