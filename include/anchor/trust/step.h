// SPDX-License-Identifier: Apache-2.0
#pragma once

// The state machine of trust: the only place where the level changes. Pure: the same state, event and time always give
// the same answer. Tightening is immediate; loosening waits, and for some policies for the registry. What it never does:
// loosen on a worse judgement, leave revoked without a reinstatement, trust on unknown.

#include <string>
#include <variant>
#include <vector>

#include <anchor/core/decision.h>
#include <anchor/core/trust_state.h>

namespace anchor::trust {

/// Who has to agree before the level gets better.
enum class Recovery : std::uint8_t {
    Local,     ///< the device's own judgement, for recover_after without a break
    Registry,  ///< that, and a registry's result that has not expired and is as good
};

/// What the policies in force say about levels; of several the strictest.
struct LevelRules {
    Milliseconds recover_after{0};
    Recovery recovery = Recovery::Local;
    bool may_loosen = true;  ///< false while a policy in force has expired or is unsigned
    // For people: which policy asks for the wait, which for the registry, and why nothing may get better.
    std::string waited_for_by;
    std::string registry_by;
    std::string held_by;
};

// What can happen.

/// A judgement was made.
struct Judged {
    Level level = Level::Unverified;  ///< what the decision amounts to, before hysteresis
    LevelRules rules;
    std::string because;
};
/// No judgement can be made: the TPM fails, or there is no policy.
struct Unjudged {
    std::string why;
};
/// The registry's attestation result, through the gate.
struct RegistryJudged {
    RegistryVerdict verdict;
};
/// A standing, through the gate. An older number than the one in force changes nothing.
struct StandingArrived {
    Standing standing;
};
/// A reinstatement, through the gate: the one way out of revoked.
struct Reinstated {
    std::uint64_t number = 0;  ///< the standing number that begins with it
};
/// The program has started with the state of an earlier run.
struct Restarted {};
/// Time has passed.
struct TimePassed {};

using Event = std::variant<Judged, Unjudged, RegistryJudged, StandingArrived, Reinstated, Restarted, TimePassed>;

struct Now {
    SteadyTime steady{};
    WallTime wall{};
};

/// What has to be done about it, in this order. A tightening acts even when it cannot be saved; a loosening that
/// cannot be saved is not carried out.
struct Consequences {
    bool save = false;     ///< the state must survive a restart
    bool floor = false;    ///< and must never be rolled back (standing)
    bool enforce = false;  ///< the level changed
    bool tightened = false;
    bool report = false;                ///< tell the registry
    std::optional<SteadyTime> wake_at;  ///< step again then: a recovery falls due
};

struct Step {
    TrustState state;
    Consequences consequences;
};

[[nodiscard]] Step step(const TrustState& before, const Event& event, Now now);

/// Why the level is what it is, in words: the owner's word, the registry's or, where neither is worse, the device's own judgement;
/// where that is better than the level, also until when or for whom it waits.
[[nodiscard]] std::string reason_of(const TrustState& state);

}  // namespace anchor::trust
