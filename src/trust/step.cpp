// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/step.h>

#include <algorithm>

namespace anchor::trust {
namespace {

constexpr Level kWithoutJudgement = Level::Unverified;

// What the owner's word alone allows.
Level ceiling_of(StandingStatus status) {
    switch (status) {
        case StandingStatus::Active: return Level::Trusted;
        case StandingStatus::Suspended: return Level::Quarantined;
        case StandingStatus::Revoked: return Level::Revoked;
    }
    return Level::Revoked;
}

bool in_force(const std::optional<RegistryVerdict>& verdict, Now now) { return verdict && now.wall < verdict->expires; }

// Changes the parts of the state that an event is about. The level is computed afterwards, in one place.
class Change {
public:
    Change(TrustState& state, Now now, Consequences& out) : state_(state), now_(now), out_(out) {}

    void operator()(const Judged& judged) {
        state_.because = judged.because;
        if (judged.level >= state_.local) {
            // Worse or the same: at once, and a recovery that was under way begins anew.
            state_.local = judged.level;
            state_.better_since.reset();
            return;
        }
        if (!judged.rules.may_loosen || judged.level == Level::Revoked) {
            state_.better_since.reset();
            return add("no better than " + std::string(to_string(state_.local)) + " while " + judged.rules.held_by);
        }
        if (!state_.better_since) state_.better_since = now_.steady;
        const SteadyTime due = *state_.better_since + judged.rules.recover_after;
        if (now_.steady < due) {
            out_.wake_at = due;
            return add(better(judged) + " at " + to_rfc3339(on_the_clock(due)) + " if it stays so: recover_after " +
                       to_text(judged.rules.recover_after) + by(judged.rules.waited_for_by));
        }
        if (judged.rules.recovery == Recovery::Registry && !(in_force(state_.registry, now_) && state_.registry->level <= judged.level))
            return add(better(judged) + " when the registry says so too: recovery" + by(judged.rules.registry_by));
        state_.local = judged.level;
        state_.better_since.reset();
    }

    void operator()(const Unjudged& unjudged) {
        state_.local = worse(state_.local, kWithoutJudgement);
        state_.better_since.reset();
        state_.because = unjudged.why;
    }

    void operator()(const RegistryJudged& judged) { state_.registry = judged.verdict; }

    void operator()(const StandingArrived& arrived) {
        if (arrived.standing.number <= state_.standing_number) return;
        // Revocation ends by reinstatement alone. A later standing, which may be here before it, does not even move the number: then the
        // reinstatement would look old.
        if (state_.standing == StandingStatus::Revoked && arrived.standing.status != StandingStatus::Revoked) return;
        state_.standing_number = arrived.standing.number;
        state_.standing = arrived.standing.status;
        out_.floor = true;
    }

    void operator()(const Reinstated& reinstated) {
        if (reinstated.number <= state_.standing_number) return;
        state_.standing_number = reinstated.number;
        state_.standing = StandingStatus::Active;
        state_.local = worse(std::min(state_.local, Level::Quarantined), kWithoutJudgement);
        state_.better_since.reset();
        out_.floor = true;
    }

    void operator()(const Restarted&) {
        state_.local = worse(state_.local, kWithoutJudgement);
        state_.better_since.reset();  // steady time began anew
        state_.because = "nothing judged since the start";
    }

    void operator()(const TimePassed&) {}

private:
    // Why a better judgement has not come true yet.
    void add(const std::string& wait) { state_.because += " (" + wait + ")"; }
    static std::string better(const Judged& judged) { return std::string(to_string(judged.level)); }
    static std::string by(const std::string& policy) { return policy.empty() ? policy : " of the policy " + policy; }
    [[nodiscard]] WallTime on_the_clock(SteadyTime due) const { return std::chrono::ceil<Seconds>(now_.wall + (due - now_.steady)); }

    TrustState& state_;
    Now now_;
    Consequences& out_;
};

Level effective(const TrustState& state) {
    Level level = worse(state.local, ceiling_of(state.standing));
    // An expired result no longer agrees to anything, but a bad one still objects: otherwise who cuts the network only has to wait.
    if (state.registry) level = worse(level, state.registry->level);
    return level;
}

}  // namespace

Step step(const TrustState& before, const Event& event, Now now) {
    Step result{before, {}};
    Consequences& out = result.consequences;
    std::visit(Change(result.state, now, out), event);

    result.state.level = effective(result.state);
    out.enforce = result.state.level != before.level || std::holds_alternative<Restarted>(event);
    out.tightened = result.state.level > before.level;
    out.report = result.state.level != before.level;
    // better_since is of this run alone, so a change of it alone is not worth a write.
    TrustState comparable = result.state;
    comparable.better_since = before.better_since;
    comparable.because = before.because;
    out.save = !(comparable == before);
    return result;
}

std::string reason_of(const TrustState& state) {
    if (state.standing == StandingStatus::Revoked) return "the owner has revoked this device";
    if (state.standing == StandingStatus::Suspended) return "the owner has suspended this device";
    if (state.registry && state.registry->level == state.level && state.local < state.level) return "the registry's last result says so";
    return state.because;
}

}  // namespace anchor::trust
