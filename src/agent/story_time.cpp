// SPDX-License-Identifier: Apache-2.0
// What time it is, on a machine whose clock may say anything. Nothing here knows the time; there is only a floor, which it cannot be
// earlier than. It moves when a registry answers a fresh question, and in between with the powered time that the TPM counts.
#include "story.h"

#include <anchor/crypto/certificate.h>

namespace anchor::agent {
namespace {

// A save that moves the TPM's counter wears it out: once a day is 7300 times in twenty years.
constexpr Milliseconds kSaveAfter = std::chrono::hours(24);

// A TPM's clock may be fast (TPM 2.0 Part 1 §36; TPM2_ClockRateAdjust, Part 3 §29.3), and a floor must not be late by that.
constexpr Milliseconds for_sure(std::uint64_t counted) {
    constexpr std::uint64_t kMost = 1ULL << 40U;  // some 34 years
    return Milliseconds(static_cast<Milliseconds::rep>(std::min(counted, kMost) / 4 * 3));
}

}  // namespace

WallTime Agent::Story::now() const { return std::max(parts_.clock.wall(), state_.time_floor); }

// Not beyond the end of the own certificate: the broker let us in with it, so it is not later than that. A registry whose clock is
// wrong, or that lies, cannot push a device out of all its certificates for good.
void Agent::Story::prove_time(WallTime proven) {
    if (state_.identity && !in_use().certificates.empty()) {
        const auto own = crypto::Certificate::from_der(in_use().certificates.front());
        if (own) proven = std::min(proven, own->not_after());
    }
    if (proven <= state_.time_floor) return;
    state_.time_floor = proven;
    floor_at_ = parts_.clock.steady();
    // What the TPM's clock said at this moment is not known; what it says next is later, and that is on the safe side.
    state_.tpm_clock.reset();
}

// While the program runs, time passes for the floor as well.
void Agent::Story::pass_time_floor(SteadyTime steady) {
    const SteadyTime before = std::exchange(floor_at_, steady);
    if (before == SteadyTime{} || state_.time_floor == WallTime{} || steady <= before) return;
    const std::optional<std::uint64_t> counted = state_.tpm_clock;
    prove_time(state_.time_floor + (steady - before));
    // The TPM has counted the same while, which must not count twice.
    if (counted) state_.tpm_clock = *counted + static_cast<std::uint64_t>(std::chrono::floor<Milliseconds>(steady - before).count());
}

// The TPM counts powered time over restarts and through a dead battery. Whoever clears it, or sets its clock, gains nothing beyond the end
// of the own certificate.
void Agent::Story::witness_time(const tpmwire::ClockInfo& clock, SteadyTime seen) {
    if (seen < floor_at_) return;  // from before the floor moved: what it counts from then on has passed for the floor already
    const std::optional<std::uint64_t> before = std::exchange(state_.tpm_clock, clock.clock);
    if (!before || clock.clock <= *before || state_.time_floor == WallTime{}) return;
    prove_time(state_.time_floor + for_sure(clock.clock - *before));
    state_.tpm_clock = clock.clock;
}

void Agent::Story::save_time_floor() {
    if (!state_.identity || state_.time_floor < saved_floor_ + kSaveAfter) return;
    // One that cannot be saved is no reason to tell it with every tick.
    if (!save(SaveKind::Floor)) saved_floor_ = state_.time_floor - kSaveAfter / 2;
}

}  // namespace anchor::agent
