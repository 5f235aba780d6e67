// SPDX-License-Identifier: Apache-2.0
// The next certificate, in two phases. It is stored beside the one in use, tried in a real connection, and takes its place when the
// registry has answered a request that its key signed. Until then there is always a way back, and after it none is needed: the registry
// retires the old key with the same request. A power cut at any moment leaves one of the two that the registry knows.
#include "story.h"

#include <anchor/crypto/certificate.h>
#include <anchor/crypto/random.h>

namespace anchor::agent {
namespace {

constexpr Milliseconds kTrial{120'000};
constexpr Milliseconds kFirstPatience{60'000};
constexpr Milliseconds kLongestPatience{6L * 3600 * 1000};
constexpr int kMostTrials = 4;

// Half of it for sure, the other half by lot: those who were refused together do not come back together.
Milliseconds with_jitter(Milliseconds patience) {
    const Bytes lot = crypto::random_octets(2);
    const std::uint32_t number = static_cast<std::uint32_t>(lot[0]) << 8U | lot[1];
    return patience / 2 + patience / 2 * static_cast<Milliseconds::rep>(number) / 65536;
}

std::string serial_of(const identity::Slot& slot) {
    if (slot.certificates.empty()) return "none";
    const auto own = crypto::Certificate::from_der(slot.certificates.front());
    return own ? own->serial_text() : "unreadable";
}

bool is_over(const identity::Slot& slot, WallTime now) {
    if (slot.certificates.empty()) return true;
    const auto own = crypto::Certificate::from_der(slot.certificates.front());
    return !own || own->not_after() <= now;
}

}  // namespace

const identity::Slot& Agent::Story::in_use() const {
    return on_next_ && state_.identity->next ? *state_.identity->next : state_.identity->current;
}

// The earlier of what the certificate asks for and what the owner ordered, unless the certificate in use was made on that very order.
std::optional<WallTime> Agent::Story::rotation_time() const {
    if (!state_.identity || state_.identity->current.certificates.empty()) return std::nullopt;
    const identity::Slot& current = state_.identity->current;
    const auto by_age = identity::rotation_time(current.certificates.front());
    if (!by_age) return std::nullopt;
    if (!order_ || current.rotate_by == order_->by) return *by_age;
    return std::min(*by_age, identity::rotation_time(*order_, state_.identity->device));
}

bool Agent::Story::rotation_due() const {
    const auto at = rotation_time();
    if (!at) return false;
    return rotate_now_ || *at <= now() || (device_key_ && !on_next_ && device_key_->algorithm() != settings_.key_alg);
}

void Agent::Story::read_standing(const trust::VerifiedDocument& standing) {
    const auto said = protocol::standing_from(standing.document().version, standing.document().body);
    order_.reset();
    if (said && said->rotate_by) order_ = identity::RotationOrder{standing.document().issued, *said->rotate_by};
    owners_reason_ = said ? said->reason : "";
}

void Agent::Story::rotate_when_due() {
    if (!state_.identity || !keyring_ || enrollment_ || opening_ || rotating_) return;
    const SteadyTime steady = parts_.clock.steady();
    if (on_next_ && next_proven_) return settle();
    if (on_next_ && steady >= trial_ends_) return slot_failed(unavailable("no answer from the registry"));
    if (on_next_ || steady < rotate_again_) return;
    if (state_.identity->next && is_over(*state_.identity->next, now())) drop_next("it expired before it could be used");
    if (state_.identity->next) return switch_slot(true);
    if (with_registry() && state_.trust.standing == StandingStatus::Active && rotation_due()) begin_rotation();
}

void Agent::Story::begin_rotation() {
    rotating_ = true;
    // By what was ordered so far: an order that comes while this goes on is followed by the next one.
    const auto ordered = order_ ? std::optional(order_->by) : std::nullopt;
    const identity::Identity& own = *state_.identity;
    const auto current = std::make_shared<const KeyBlob>(own.current.key.clone());
    on_worker(
        [keyring = keyring_, device = own.device, tenant = own.tenant, current,
         settings = identity::RotationSettings{settings_.key_alg, settings_.new_keys}]() -> Result<std::shared_ptr<identity::Rotation>> {
            ANCHOR_ASSIGN_OR_RETURN(auto rotation, identity::Rotation::begin(*keyring, device, tenant, *current, settings));
            return std::make_shared<identity::Rotation>(std::move(rotation));
        },
        [this, ordered](Result<std::shared_ptr<identity::Rotation>> begun) {
            if (stopped_ || !state_.identity) return rotation_failed(unavailable("the device is no longer what it was"));
            if (!begun) return rotation_failed(std::move(begun).error().within("next key"));
            ask(protocol::verb::kRotate, to_json((*begun)->wish()), [this, ordered, rotation = *begun](const Result<Answer>& answer) {
                if (!answer) return rotation_failed(answer.error());
                if (!state_.identity) return rotation_failed(unavailable("the device is no longer what it was"));
                prove_time(answer->issued);
                const auto grant = protocol::rotate_grant_from(answer->body);
                if (!grant) return rotation_failed(grant.error());
                auto next =
                    rotation->finish(*grant, state_.identity->device, state_.identity->tenant, state_.anchors->device_anchors, now());
                if (!next) return rotation_failed(std::move(next).error().within("the registry's grant"));
                keep_next(std::move(next).value(), ordered);
            });
        });
}

// Stored before it is tried: the first request that its key signs is what makes the registry forget the old one.
void Agent::Story::keep_next(identity::Slot next, std::optional<WallTime> ordered) {
    next.rotate_by = ordered;
    state_.identity->next = std::move(next);
    if (auto saved = save(SaveKind::Plain); !saved) {
        state_.identity->next.reset();
        return rotation_failed(saved.error());
    }
    rotating_ = false;
    next_failures_ = 0;
    next_refused_ = false;
    audit("certificate-issued", {{"serial", serial_of(*state_.identity->next)}});
    switch_slot(true);
}

void Agent::Story::switch_slot(bool to_next) {
    on_next_ = to_next;
    next_proven_ = false;
    trial_ends_ = parts_.clock.steady() + kTrial;
    parts_.link.stop();
    conversation_.fall_silent();
    connected_ = false;
    opening_ = true;
    const auto blob = std::make_shared<const KeyBlob>(in_use().key.clone());
    on_worker([keyring = keyring_, blob] { return keyring->forge->load(*blob); },
              [this](Result<std::shared_ptr<DeviceKey>> key) {
                  opening_ = false;
                  if (stopped_ || !state_.identity) return;
                  if (key) {
                      device_key_ = std::move(key).value();
                      return connect();
                  }
                  if (on_next_) return slot_failed(std::move(key).error().within("next key"));
                  // As at a start: the TPM may have been cleared, or be away for a while.
                  keyring_.reset();
                  open_keys();
              });
}

void Agent::Story::slot_failed(const Error& why) {
    ++next_failures_;
    rotation_failed(Error(why).within("the next certificate cannot be used yet"));
    // One that its own TPM does not take will never do.
    if (why.kind == ErrorKind::Stale || why.kind == ErrorKind::Corrupt) drop_next(why.what);
    switch_slot(false);
}

void Agent::Story::slot_answered() {
    current_refused_ = current_refused_ && on_next_;
    refusals_ = 0;
    if (!state_.identity || !state_.identity->next) return;
    if (on_next_) {
        next_proven_ = true;
        return settle();
    }
    // The registry still goes by the one in use, so that nothing is lost with the other.
    if (next_refused_ || next_failures_ >= kMostTrials) drop_next("it was tried " + std::to_string(next_failures_) + " times");
}

// Signed by the registry: it does not know the key that asked. The other slot's may be the one, or neither is, where the registry was
// restored from a backup.
void Agent::Story::slot_refused(const Error& why) {
    if (!state_.identity) return;
    (on_next_ ? next_refused_ : current_refused_) = true;
    if (on_next_ && !current_refused_) return slot_failed(why.kind == ErrorKind::Stale ? denied(why.what) : why);
    if (!on_next_ && state_.identity->next && !next_refused_) return switch_slot(true);
    renew("the registry does not know this device's key: " + why.what);
}

void Agent::Story::settle() {
    identity::Identity& own = *state_.identity;
    identity::Slot before = std::exchange(own.current, std::move(*own.next));
    own.next.reset();
    if (!save(SaveKind::Plain)) {
        // On disk there are still both, and the one that counts is tried first after a start: nothing is lost by waiting.
        own.next = std::exchange(own.current, std::move(before));
        return;
    }
    on_next_ = next_proven_ = rotate_now_ = false;
    current_refused_ = next_refused_ = false;
    rotation_patience_ = {};
    rotation_error_.clear();
    const std::string serial = serial_of(own.current);
    note(Severity::Info, "rotated: certificate " + serial + " is in use");
    audit("rotated", {{"serial", serial}, {"before", serial_of(before)}});
    rotation_over(serial);
    if (parts_.changed) parts_.changed();
}

void Agent::Story::drop_next(const std::string& why) {
    if (!state_.identity->next) return;
    note(Severity::Warning, "the next certificate is dropped: " + why);
    audit("certificate-dropped", {{"serial", serial_of(*state_.identity->next)}, {"why", why}});
    state_.identity->next.reset();
    on_next_ = next_refused_ = false;
    next_failures_ = 0;
    (void)save(SaveKind::Plain);
}

void Agent::Story::rotation_failed(const Error& why) {
    rotating_ = rotate_now_ = false;
    rotation_patience_ = rotation_patience_ == Milliseconds{} ? kFirstPatience : std::min(rotation_patience_ * 2, kLongestPatience);
    rotate_again_ = parts_.clock.steady() + with_jitter(rotation_patience_);
    if (rotation_error_ != why.what) note(Severity::Warning, "rotation: " + why.what);
    rotation_error_ = why.what;
    rotation_over(why);
}

// Taken out first: a callback may ask again.
void Agent::Story::rotation_over(const Result<std::string>& how) {
    for (const auto& done : std::exchange(waiting_for_rotation_, {})) done(how);
}

void Agent::Story::rotate(std::function<void(Result<std::string>)> done) {
    if (!state_.identity) return done(denied("this device has not enrolled yet"));
    if (state_.trust.standing != StandingStatus::Active) {
        return done(denied("this device is " + std::string(to_string(state_.trust.standing)) + ": it gets no new certificate"));
    }
    if (!with_registry()) return done(unavailable("not connected to the registry"));
    if (waiting_for_rotation_.size() >= kMostWaiting) return done(unavailable("others wait for the same"));
    waiting_for_rotation_.push_back(std::move(done));
    rotate_now_ = true;
    rotate_again_ = parts_.clock.steady();
    rotate_when_due();
}

}  // namespace anchor::agent
