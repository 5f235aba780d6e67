// SPDX-License-Identifier: Apache-2.0
// Leaving an owner: for another one, for good, or because somebody at the device wants it to begin anew. The owner's order is on disk
// before anything is said about it; the device says once that it goes, and then forgets in one step. What it was is worth nothing
// afterwards to whoever finds the disk: the registry revokes the certificates of who has said farewell.
#include "story.h"

#include <anchor/crypto/hash.h>

namespace anchor::agent {
namespace {

// For a registry that does not answer, or is no more. It begins anew with a restart.
constexpr Milliseconds kFarewellPatience{600'000};

Bytes enrolment_of(const Keyring& keyring) {
    return keyring.quoter ? to_bytes(crypto::hash(HashAlg::Sha256, keyring.quoter->public_area()).view()) : Bytes();
}

std::string words_for(const std::optional<protocol::Destination>& to) {
    return to ? "handed over to \"" + to->tenant + "\"" : std::string("retired");
}

Result<protocol::Farewell> make_farewell(Keyring& keyring, const Digest& order) {
    protocol::Farewell farewell{to_bytes(order.view()), std::nullopt};
    if (keyring.quoter) {
        ANCHOR_ASSIGN_OR_RETURN(farewell.attestation, keyring.quoter->attest_time(order.view()));
    }
    return farewell;
}

}  // namespace

Result<void> Agent::Story::take_departure(const trust::VerifiedDocument& verified) {
    if (state_.leaving == verified.text()) return {};
    ANCHOR_ASSIGN_OR_RETURN(auto departure, protocol::departure_from(verified.document().body));
    if (!keyring_) return unavailable("the keys are not open yet");
    // Signed once, an order would otherwise count again where the device comes back to this owner.
    if (departure.enrolment != enrolment_of(*keyring_)) return rejected("departure: is for another enrolment of this device");
    if (departure.to) {
        const auto first = trust::Gate::first(departure.to->anchors, departure.to->authority, departure.to->tenant);
        if (!first) return Error(first.error()).within("departure: the next owner's trust-anchor set");
    }
    DeviceState before{.floors = state_.floors, .leaving = state_.leaving, .destination = state_.destination};
    state_.floors[trust::floor_key(verified.document())] = verified.document().version;
    state_.leaving = verified.text();
    state_.destination = std::move(departure.to);
    if (auto saved = save(SaveKind::Floor); !saved) {
        state_.floors = std::move(before.floors);
        state_.leaving = std::move(before.leaving);
        state_.destination = std::move(before.destination);
        return saved;
    }
    note(Severity::Warning, "the owner has ordered that this device is " + words_for(state_.destination) + ": " + departure.reason);
    audit("departure-ordered", {{"what", words_for(state_.destination)}, {"reason", departure.reason}});
    leave_at_.reset();
    depart_when_said();
    return {};
}

void Agent::Story::depart_when_said() {
    if (state_.leaving.empty()) return;
    const SteadyTime steady = parts_.clock.steady();
    if (!leave_at_) leave_at_ = steady + kFarewellPatience;
    if (steady >= *leave_at_) return leave();
    say_farewell();
}

void Agent::Story::say_farewell() {
    if (state_.leaving.empty() || parting_ || !with_registry() || !keyring_) return;
    parting_ = true;
    const Digest order = crypto::hash(HashAlg::Sha256, as_bytes(state_.leaving));
    on_worker([keyring = keyring_, order] { return make_farewell(*keyring, order); },
              [this](Result<protocol::Farewell> farewell) {
                  parting_ = false;
                  if (stopped_ || state_.leaving.empty()) return;
                  if (!farewell) return note(Severity::Warning, "farewell: " + farewell.error().what);
                  parting_ = true;
                  ask(protocol::verb::kFarewell, to_json(*farewell), [this](const Result<Answer>& answer) {
                      parting_ = false;
                      if (state_.leaving.empty()) return;
                      if (answer) return leave();
                      note(Severity::Warning, "farewell: " + answer.error().what);
                      if (answer.error().kind == ErrorKind::Stale) give_order_back();
                  });
              });
}

// The registry was restored from a backup of before the order: it has to know it, to know what the farewell is about.
void Agent::Story::give_order_back() {
    give_back("departure/" + state_.identity->device.text(), [this](bool taken) {
        if (taken) say_farewell();
    });
}

void Agent::Story::leave() {
    const std::string words = words_for(state_.destination);
    audit("departed", {{"what", words}});
    DeviceState next{.destination = std::move(state_.destination)};
    next.retired = !next.destination;
    begin_anew(std::move(next), "this device was " + words);
}

// What can be reached of the old keys goes: from memory here, from the disk with the save. In the TPM none is ever stored.
void Agent::Story::begin_anew(DeviceState next, const std::string& why) {
    note(Severity::Warning, why + ": its keys and all that its owner has told it are forgotten");
    next.trust.because = why;
    ++owner_;  // before the open questions are answered: nobody is there any more to hear it
    state_ = std::move(next);
    parts_.link.stop();
    conversation_.fall_silent();
    rotation_over(denied(why));
    attestation_over(denied(why));
    static_cast<Tenure&>(*this) = Tenure{};
    lists_loaded_ = true;  // there are none
    since_ = parts_.clock.steady();
    since_wall_ = now();
    empty_outbox();
    (void)save(SaveKind::Floor);  // where that fails, every tick tries again
    sweep_blobs();
    use_documents();
    enforce();
    enroll_at_ = parts_.clock.steady();
    if (parts_.changed) parts_.changed();
    tick();
}

Result<void> Agent::Story::reset() {
    if (!loaded_) return unavailable("the stored state cannot be read yet");
    if (state_.trust.standing != StandingStatus::Active) {
        return denied("this device is " + std::string(to_string(state_.trust.standing)) + ": that ends by its owner's word alone");
    }
    if (!state_.leaving.empty())
        return denied("this device is being " + words_for(state_.destination) + " by its owner's order: that comes first");
    audit("reset", {});
    DeviceState next{.destination = std::move(state_.destination)};  // the owner before has signed it, and whoever resets has not
    begin_anew(std::move(next), "this device was reset");
    if (unsaved_) return unavailable("the state cannot be saved now; it is tried again");
    return {};
}

}  // namespace anchor::agent
