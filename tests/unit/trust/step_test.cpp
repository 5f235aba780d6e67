// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/step.h>

#include <array>

#include <gtest/gtest.h>

namespace anchor::trust {
namespace {

constexpr SteadyTime kStart{Milliseconds{10'000}};
constexpr WallTime kDate{Milliseconds{1'800'000'000'000}};
constexpr std::array kLevels = {Level::Trusted, Level::Restricted, Level::Unverified, Level::Quarantined, Level::Revoked};
constexpr std::array kStatuses = {StandingStatus::Active, StandingStatus::Suspended, StandingStatus::Revoked};

Now at(int seconds) { return {kStart + Seconds{seconds}, kDate + Seconds{seconds}}; }

TrustState in(Level level) {
    TrustState state;
    state.level = state.local = level;
    return state;
}

Judged judged(Level level, Seconds recover_after = Seconds{60}) { return {level, {.recover_after = recover_after}, "because"}; }

StandingArrived standing(std::uint64_t number, StandingStatus status) { return {Standing{.number = number, .status = status}}; }

TEST(Step, TightensAtOnce) {
    const Step next = step(in(Level::Trusted), judged(Level::Quarantined), at(0));

    EXPECT_EQ(next.state.level, Level::Quarantined);
    EXPECT_TRUE(next.consequences.tightened && next.consequences.enforce && next.consequences.save && next.consequences.report);
}

TEST(Step, LoosensOnlyAfterTheWaitWithoutABreak) {
    Step now = step(in(Level::Quarantined), judged(Level::Trusted), at(0));
    EXPECT_EQ(now.state.level, Level::Quarantined);
    EXPECT_EQ(now.consequences.wake_at, kStart + Seconds{60});

    now = step(now.state, judged(Level::Trusted), at(59));
    EXPECT_EQ(now.state.level, Level::Quarantined);
    now = step(now.state, judged(Level::Quarantined), at(59));
    now = step(now.state, judged(Level::Trusted), at(60));
    EXPECT_EQ(now.state.level, Level::Quarantined) << "the break began the wait anew";

    now = step(now.state, judged(Level::Trusted), at(120));
    EXPECT_EQ(now.state.level, Level::Trusted);
    EXPECT_FALSE(now.consequences.tightened);
}

TEST(Step, AnExpiredOrUnsignedPolicyNeverLoosens) {
    const Judged event{Level::Trusted, {.recover_after = Seconds{0}, .may_loosen = false}, ""};
    EXPECT_EQ(step(in(Level::Restricted), event, at(0)).state.level, Level::Restricted);
}

TEST(Step, RecoveryByTheRegistryNeedsAResultThatIsAsGoodAndStillValid) {
    const Judged event{Level::Trusted, {.recovery = Recovery::Registry}, ""};
    TrustState state = in(Level::Quarantined);
    EXPECT_EQ(step(state, event, at(0)).state.level, Level::Quarantined);

    state.registry = RegistryVerdict{Level::Restricted, kDate + Seconds{100}};
    EXPECT_EQ(step(state, event, at(0)).state.level, Level::Quarantined);
    state.registry = RegistryVerdict{Level::Trusted, kDate};
    EXPECT_EQ(step(state, event, at(0)).state.level, Level::Quarantined) << "expired";
    state.registry = RegistryVerdict{Level::Trusted, kDate + Seconds{100}};
    EXPECT_EQ(step(state, event, at(0)).state.level, Level::Trusted);
}

TEST(Step, TheEffectiveLevelIsTheWorseOfDeviceAndRegistry) {
    const Step worse_result = step(in(Level::Trusted), RegistryJudged{{Level::Restricted, kDate + Seconds{100}}}, at(0));
    EXPECT_EQ(worse_result.state.level, Level::Restricted);

    const Step better_result = step(worse_result.state, RegistryJudged{{Level::Trusted, kDate + Seconds{100}}}, at(1));
    EXPECT_EQ(better_result.state.level, Level::Trusted);
}

TEST(Step, ABadResultHoldsUntilTheRegistrySaysOtherwise) {
    const Step held = step(in(Level::Trusted), RegistryJudged{{Level::Quarantined, kDate + Seconds{10}}}, at(0));
    EXPECT_EQ(step(held.state, TimePassed{}, at(11)).state.level, Level::Quarantined);
    EXPECT_EQ(step(held.state, judged(Level::Trusted), at(11)).state.level, Level::Quarantined) << "cutting the network gains nothing";

    const Step better = step(held.state, RegistryJudged{{Level::Trusted, kDate + Seconds{100}}}, at(12));
    EXPECT_EQ(better.state.level, Level::Trusted);
    EXPECT_EQ(step(better.state, TimePassed{}, at(101)).state.level, Level::Trusted) << "silence is not distrust";
}

TEST(Step, AfterARestartNothingIsBetterThanUnverified) {
    EXPECT_EQ(step(in(Level::Trusted), Restarted{}, at(0)).state.level, Level::Unverified);
    EXPECT_EQ(step(in(Level::Quarantined), Restarted{}, at(0)).state.level, Level::Quarantined);
    EXPECT_TRUE(step(in(Level::Quarantined), Restarted{}, at(0)).consequences.enforce) << "a fresh machine must be told";
}

TEST(Step, ATpmThatFailsTightens) {
    const Step next = step(in(Level::Trusted), Unjudged{"the TPM does not answer"}, at(0));
    EXPECT_EQ(next.state.level, Level::Unverified);
    EXPECT_EQ(next.state.because, "the TPM does not answer");
}

TEST(Step, TheNewestStandingWinsAndTwiceIsOnce) {
    const Step suspended = step(in(Level::Trusted), standing(5, StandingStatus::Suspended), at(0));
    EXPECT_EQ(suspended.state.level, Level::Quarantined);
    EXPECT_TRUE(suspended.consequences.floor);

    const Step old = step(suspended.state, standing(4, StandingStatus::Active), at(1));
    const Step again = step(suspended.state, standing(5, StandingStatus::Active), at(1));
    EXPECT_EQ(old.state, suspended.state);
    EXPECT_EQ(again.state, suspended.state);
    EXPECT_FALSE(again.consequences.save);
    EXPECT_EQ(step(suspended.state, standing(6, StandingStatus::Active), at(1)).state.level, Level::Trusted);
}

TEST(Step, OnlyAReinstatementEndsARevocation) {
    const Step revoked = step(in(Level::Trusted), standing(5, StandingStatus::Revoked), at(0));
    EXPECT_EQ(revoked.state.level, Level::Revoked);
    EXPECT_EQ(step(revoked.state, standing(6, StandingStatus::Active), at(1)).state.level, Level::Revoked);
    EXPECT_EQ(step(revoked.state, Reinstated{5}, at(1)).state.level, Level::Revoked) << "an old reinstatement";

    // The standing that comes with a reinstatement may be here before it.
    const Step early = step(revoked.state, standing(7, StandingStatus::Active), at(1));
    EXPECT_EQ(step(early.state, Reinstated{6}, at(1)).state.standing, StandingStatus::Active);
    EXPECT_EQ(step(revoked.state, standing(7, StandingStatus::Revoked), at(1)).state.standing_number, 7U);

    const Step back = step(revoked.state, Reinstated{6}, at(1));
    EXPECT_EQ(back.state.level, Level::Unverified) << "it begins with nothing judged";
}

// Every state there is, at the grain that matters, with every event there is.
class EveryStep : public testing::Test {
protected:
    static std::vector<TrustState> states() {
        std::vector<TrustState> all;
        for (const Level local : kLevels)
            for (const StandingStatus status : kStatuses)
                for (const int registry : {-1, 0, 1, 2, 3, 4})
                    for (const int expires : {-5, 50})
                        for (const bool waiting : {false, true}) {
                            TrustState state = in(local);
                            state.standing = status;
                            state.standing_number = 5;
                            if (registry >= 0) state.registry = RegistryVerdict{static_cast<Level>(registry), kDate + Seconds{expires}};
                            if (waiting) state.better_since = kStart - Seconds{100};
                            // The level in force is always what a step makes of the rest.
                            all.push_back(step(state, TimePassed{}, at(0)).state);
                        }
        return all;
    }

    static std::vector<Event> events() {
        std::vector<Event> all = {Unjudged{"x"}, Restarted{}, TimePassed{}, Reinstated{4}, Reinstated{6}};
        for (const Level level : kLevels) {
            for (const Seconds wait : {Seconds{0}, Seconds{60}})
                for (const Recovery recovery : {Recovery::Local, Recovery::Registry})
                    for (const bool may_loosen : {false, true}) all.push_back(Judged{level, {wait, recovery, may_loosen}, "x"});
            all.push_back(RegistryJudged{{level, kDate + Seconds{100}}});
        }
        for (const StandingStatus status : kStatuses)
            for (const std::uint64_t number : {4U, 5U, 6U}) all.push_back(standing(number, status));
        return all;
    }

    template <class Check>
    static void for_each(Check check) {
        const auto all_events = events();
        for (const TrustState& state : states())
            for (const Event& event : all_events) check(state, event, step(state, event, at(0)));
    }
};

TEST_F(EveryStep, IsDeterministic) {
    for_each(
        [](const TrustState& before, const Event& event, const Step& after) { EXPECT_EQ(step(before, event, at(0)).state, after.state); });
}

TEST_F(EveryStep, NeverLoosensOnAWorseJudgement) {
    for_each([](const TrustState& before, const Event& event, const Step& after) {
        const auto* judgement = std::get_if<Judged>(&event);
        if (judgement != nullptr && judgement->level >= before.local) {
            EXPECT_GE(after.state.local, before.local);
            EXPECT_GE(after.state.level, judgement->level);
        }
        if (std::holds_alternative<Unjudged>(event)) {
            EXPECT_GE(after.state.level, Level::Unverified);
        }
    });
}

TEST_F(EveryStep, NeverLeavesRevokedExceptByANewerReinstatement) {
    for_each([](const TrustState& before, const Event& event, const Step& after) {
        if (before.standing != StandingStatus::Revoked) return;
        const auto* reinstated = std::get_if<Reinstated>(&event);
        if (reinstated != nullptr && reinstated->number > before.standing_number) {
            EXPECT_NE(after.state.standing, StandingStatus::Revoked);
            EXPECT_GE(after.state.local, Level::Unverified) << "and begins with nothing judged";
        } else {
            EXPECT_EQ(after.state.level, Level::Revoked);
        }
    });
}

TEST_F(EveryStep, NeverTrustsAgainstStandingOrTheLastResult) {
    for_each([](const TrustState&, const Event&, const Step& after) {
        if (after.state.standing == StandingStatus::Suspended) {
            EXPECT_GE(after.state.level, Level::Quarantined);
        }
        if (after.state.registry) {
            EXPECT_GE(after.state.level, after.state.registry->level);
        }
        EXPECT_GE(after.state.level, after.state.local);
    });
}

// Neither time nor silence nor a restart makes anything better, nor does a judgement that may not.
TEST_F(EveryStep, GetsBetterOnlyByAJudgementThatMayOrByAWordThroughTheGate) {
    for_each([](const TrustState& before, const Event& event, const Step& after) {
        if (after.state.level >= before.level) return;
        if (const auto* judgement = std::get_if<Judged>(&event)) {
            EXPECT_TRUE(judgement->rules.may_loosen);
            EXPECT_LE(judgement->level, after.state.level);
            return;
        }
        EXPECT_TRUE(std::holds_alternative<RegistryJudged>(event) || std::holds_alternative<StandingArrived>(event) ||
                    std::holds_alternative<Reinstated>(event));
    });
}

TEST_F(EveryStep, AChangeOfLevelIsAlwaysSavedEnforcedAndReported) {
    for_each([](const TrustState& before, const Event&, const Step& after) {
        if (after.state.level == before.level) return;
        EXPECT_TRUE(after.consequences.save && after.consequences.enforce && after.consequences.report);
        EXPECT_EQ(after.consequences.tightened, after.state.level > before.level);
    });
}

TEST(Reason, SaysUntilWhenARecoveryWaitsAndWhoWantsThat) {
    const LevelRules rules{.recover_after = Seconds{300}, .recovery = Recovery::Registry, .waited_for_by = "base", .registry_by = "site"};
    const Judged better{Level::Trusted, rules, "every rule passed"};

    Step now = step(in(Level::Quarantined), better, at(0));
    EXPECT_EQ(reason_of(now.state),
              "every rule passed (trusted at 2027-01-15T08:05:00Z if it stays so: recover_after 5m of the policy base)");
    now = step(now.state, better, at(30));
    EXPECT_EQ(reason_of(now.state),
              "every rule passed (trusted at 2027-01-15T08:05:00Z if it stays so: recover_after 5m of the policy base)");

    now = step(now.state, better, at(300));
    EXPECT_EQ(reason_of(now.state), "every rule passed (trusted when the registry says so too: recovery of the policy site)");
    EXPECT_EQ(now.state.level, Level::Quarantined);

    now.state.registry = RegistryVerdict{Level::Trusted, kDate + Seconds{900}};
    now = step(now.state, better, at(301));
    EXPECT_EQ(reason_of(now.state), "every rule passed");
    EXPECT_EQ(now.state.level, Level::Trusted);
}

TEST(Reason, SaysWhatKeepsALevelFromGettingBetterAtAll) {
    const Judged better{Level::Trusted, {.may_loosen = false, .held_by = "the policy site has expired"}, "every rule passed"};

    const Step now = step(in(Level::Restricted), better, at(0));

    EXPECT_EQ(reason_of(now.state), "every rule passed (no better than restricted while the policy site has expired)");
}

TEST(Reason, IsTheWordOfWhoHoldsTheLevelDown) {
    TrustState state{.level = Level::Trusted, .local = Level::Trusted, .because = "every rule passed"};
    EXPECT_EQ(reason_of(state), "every rule passed");

    state.registry = RegistryVerdict{Level::Quarantined, {}};
    state.level = Level::Quarantined;
    EXPECT_EQ(reason_of(state), "the registry's last result says so");

    state.standing = StandingStatus::Suspended;
    EXPECT_EQ(reason_of(state), "the owner has suspended this device");
    state.standing = StandingStatus::Revoked;
    EXPECT_EQ(reason_of(state), "the owner has revoked this device");
}

}  // namespace
}  // namespace anchor::trust
