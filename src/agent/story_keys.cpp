// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include <anchor/crypto/certificate.h>
#include <anchor/identity/enrollment.h>

namespace anchor::agent {
namespace {

// What is asked for at every connection is not asked for twice.
constexpr Milliseconds kFirstAnswers{5'000};

struct Opened {
    std::shared_ptr<Keyring> keyring;
    std::shared_ptr<DeviceKey> key;
};

constexpr Milliseconds kFirstTrial{120'000};
constexpr int kMostRefusals = 3;
constexpr int kMostClaimFailures = 3;

// Whether the certificate has ended by what we know of the time.
bool is_over(const identity::Slot& slot, WallTime now) {
    if (slot.certificates.empty()) return false;
    const auto own = crypto::Certificate::from_der(slot.certificates.front());
    return own && own->not_after() <= now;
}

Result<Opened> open_both(RootOfTrust& root, const RootState& state, const KeyBlob& blob) {
    ANCHOR_ASSIGN_OR_RETURN(Keyring keyring, root.open(state));
    ANCHOR_ASSIGN_OR_RETURN(auto key, keyring.forge->load(blob));
    return Opened{std::make_shared<Keyring>(std::move(keyring)), std::move(key)};
}

}  // namespace

void Agent::Story::open_keys() {
    if (!state_.identity || opening_) return;
    opening_ = true;
    const identity::Identity& own = *state_.identity;
    // The job gets copies: the loop may change the identity meanwhile.
    auto state = std::make_shared<RootState>(RootState{own.root.ak.clone(), own.root.endorsement_profile, own.root.storage_root_name});
    auto blob = std::make_shared<KeyBlob>(in_use().key.clone());
    on_worker([this, state, blob] { return open_both(parts_.root, *state, *blob); },
              [this](Result<Opened> opened) {
                  opening_ = false;
                  if (stopped_ || !state_.identity) return;
                  if (!opened && (opened.error().kind == ErrorKind::Stale || opened.error().kind == ErrorKind::Corrupt)) {
                      if (!on_next_) return forget_identity(opened.error());
                      drop_next(opened.error().what);
                      return open_keys();
                  }
                  if (!opened) {
                      const std::string why = "the keys cannot be opened: " + opened.error().what;
                      if (last_failure_ != why) note(Severity::Warning, why);
                      last_failure_ = why;
                      return apply(trust::Unjudged{why});
                  }
                  keyring_ = opened->keyring;
                  device_key_ = opened->key;
                  trial_ends_ = parts_.clock.steady() + kFirstTrial;
                  connect();
                  tick();
              });
}

// The TPM was cleared or is another one: the certificate is worth nothing without its key. What the owner said stays.
void Agent::Story::forget_identity(const Error& why) {
    note(Severity::Error, "the identity is lost, this device has to enrol again: " + why.what);
    audit("identity-lost", {{"why", why.what}});
    parts_.link.stop();
    conversation_.fall_silent();
    connected_ = false;
    keyring_.reset();
    device_key_.reset();
    earlier_.reset();
    state_.identity.reset();
    on_next_ = false;
    (void)save(SaveKind::Plain);
    apply(trust::Unjudged{"the device's keys are gone: " + why.what});
}

LinkTime Agent::Story::link_time() const { return {now(), !parts_.clock.synchronised()}; }

void Agent::Story::connect() {
    if (is_revoked()) return withhold_credentials();
    if (enrollment_) return;  // one connection at a time; this one follows
    const identity::Identity& own = *state_.identity;
    auto topics = protocol::Topics::of(own.tenant);
    if (!topics || !state_.anchors) return note(Severity::Error, "the stored identity names no tenant or no anchors");
    const DeviceId device = own.device;
    std::vector<std::string> subscriptions = {topics->reply(device), topics->standing(device), topics->fleet("fresh"),
                                              topics->fleet("anchors"), topics->fleet("revocations")};
    if (!state_.group.empty()) {
        subscriptions.push_back(topics->fleet("policy", state_.group));
        subscriptions.push_back(topics->fleet("reference", state_.group));
    }
    LinkCredentials credentials{.host = own.broker_host,
                                .port = own.broker_port,
                                .client_id = device.text(),
                                .certificate_chain = in_use().certificates,
                                .key = device_key_,
                                .anchors = state_.anchors->broker_anchors,
                                .time = [this] { return link_time(); },
                                .crls = [this] { return list_octets(); }};
    conversation_.speak_as({*topics, device, {}, device_key_});
    parts_.link.start(
        std::move(credentials), std::move(subscriptions), Message{topics->presence(device), to_bytes(R"({"online":false})"), {}, true},
        {[this] { connected(); }, [this](const Error& why) { disconnected(why); }, [this](const Message& message) { received(message); }});
}

void Agent::Story::connected() {
    connected_ = true;
    try_at_ = {};
    connected_since_ = now();
    connection_error_.clear();
    if (!conversation_.voice()->claim.empty()) return ask_to_enroll();
    refused_as_revoked_ = false;
    note(Severity::Info, "connected to " + state_.identity->broker_host + ":" + std::to_string(state_.identity->broker_port));
    const auto& voice = *conversation_.voice();
    (void)parts_.link.publish({voice.topics.presence(voice.device), to_bytes(R"({"online":true})"), {}, true});
    ask_missing_at_ = parts_.clock.steady() + kFirstAnswers;
    ask_for_standing();
    say_farewell();
    attest();
    send_waiting();
    fetch_ima_table();
    if (parts_.changed) parts_.changed();
}

void Agent::Story::disconnected(const Error& why) {
    if (connected_ || connection_error_ != why.what) note(Severity::Warning, "no connection: " + why.what);
    connected_ = false;
    connected_since_.reset();
    connection_error_ = why.what;
    note_refusal(why);
    // Open requests will not be answered on a new connection: replies are not kept for those who are away.
    if (conversation_.voice()) conversation_.speak_as(Voice(*conversation_.voice()));
    if (parts_.changed) parts_.changed();
    if (!state_.identity) return;
    if (enrollment_) {
        // Who enrols again has another door to try.
        if (++claim_failures_ >= kMostClaimFailures) give_up_enrollment(unavailable(why.what));
        return;
    }
    if (on_next_) return slot_failed(why);
    // An expired certificate, an issuer that was replaced meanwhile, a clock that is behind: the registry's other door is for that.
    if (why.kind == ErrorKind::Denied && ++refusals_ >= kMostRefusals) return renew("the broker refuses this device: " + why.what);
    if (is_over(state_.identity->current, now())) renew("the certificate has expired");
}

void Agent::Story::received(const Message& message) {
    if (!conversation_.voice()) return;
    const Voice& voice = *conversation_.voice();
    const bool enrolling = !voice.claim.empty();
    const std::string reply = enrolling ? voice.topics.enroll_reply(voice.claim, voice.device) : voice.topics.reply(voice.device);
    Result<void> taken;
    if (message.topic == reply && enrolling && first_anchors_) {
        const trust::Floors none;
        const DeviceId device = voice.device;
        taken = conversation_.hear(message, *first_anchors_, {settings_.bundle->tenant, "", &device, none, now()});
        if (!taken) catch_up();
    } else if (message.topic == reply && state_.anchors) {
        refusals_ = 0;
        taken = conversation_.hear(message, *state_.anchors, recipient());
        if (!taken) catch_up();  // perhaps it is by a key that a newer set names
    } else if (!enrolling && !message.payload.empty()) {
        taken = import(as_text(message.payload));
        const auto lost = taken ? std::nullopt : forgotten_in(as_text(message.payload));
        if (lost) give_back(*lost, [](bool) {});
    }
    if (!taken) note(Severity::Warning, "message on " + message.topic + " is refused: " + taken.error().what);
}

}  // namespace anchor::agent
