// SPDX-License-Identifier: Apache-2.0
#include "story.h"

#include <algorithm>
#include <iterator>

#include <anchor/crypto/certificate.h>
#include <anchor/measure/ima_claims.h>

namespace anchor::agent {
namespace {

// How much of the IMA list a power cut may make us prove again: reading it costs little, writing costs the disk.
constexpr Milliseconds kSaveImaEvery{3'600'000};

trust::LevelRules for_trust(const policy::LevelRules& rules) {
    return {rules.recover_after, rules.recovery == policy::Recovery::Registry ? trust::Recovery::Registry : trust::Recovery::Local,
            rules.may_loosen,    rules.waited_for_by,
            rules.registry_by,   rules.held_by};
}

std::string reason_of(const Decision& decision, bool any_policy) {
    if (!any_policy) return "there is no policy to judge by";
    if (decision.findings.empty()) return "every rule passed";
    const Finding& worst = decision.findings.front();
    std::string text = worst.because.empty() ? "rule " + worst.rule + " did not pass" : worst.because;
    if (worst.unknown) text += " (could not be judged)";
    if (decision.findings.size() > 1) text += " And " + std::to_string(decision.findings.size() - 1) + " more.";
    return text;
}

}  // namespace

Agent::Story::Story(AgentParts parts, AgentSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)), conversation_(parts_), evaluator_(policy::PolicySet{}) {
    if (!parts_.wake_at) return;
    // Several chapters want to be woken, and there is one alarm clock: the earliest wish counts, the others are made again then.
    parts_.wake_at = [this, set_alarm = std::move(parts_.wake_at)](SteadyTime at) {
        if (wake_ && *wake_ <= at) return;
        wake_ = at;
        set_alarm(at);
    };
}

void Agent::Story::start() {
    if (load()) open_keys();
    tick();
}

void Agent::Story::stop() {
    stopped_ = true;
    if (with_registry() && conversation_.voice()) {
        const auto& voice = *conversation_.voice();
        (void)parts_.link.publish({voice.topics.presence(voice.device), to_bytes(R"({"online":false})"), {}, true});
    }
    parts_.link.stop();
    conversation_.fall_silent();
    ima_save_at_ = {};
    remember_ima();
}

bool Agent::Story::load() {
    auto stored = parts_.store.load();
    if (!stored && stored.error().kind != ErrorKind::Corrupt) {
        // The TPM's counter cannot be read yet, or the disk: nothing is decided on half of the truth.
        std::string because = "the stored state cannot be read yet: " + stored.error().what;
        if (state_.trust.because != because) note(Severity::Warning, because);
        state_.trust.because = std::move(because);
        enforce_blindly();
        return false;
    }
    loaded_ = true;
    if (told_) note(Severity::Info, "the stored state can be read now");
    Result<DeviceState> state = DeviceState{};
    if (!stored)
        state = std::move(stored).error();
    else if (*stored)
        state = device_state_from(**stored);
    if (state) {
        state_ = std::move(state).value();
        saved_floor_ = state_.time_floor;
    } else {
        note(Severity::Error, "the stored state is refused, this device begins anew: " + state.error().what);
        audit("state-refused", {{"why", state.error().what}});
    }
    since_ = parts_.clock.steady();
    since_wall_ = now();
    ima_memory_.stored = state_.ima;
    ima_save_at_ = parts_.clock.steady() + kSaveImaEvery;
    // A rotation that was cut: the registry may know only the next key by now, and the one in use if not.
    on_next_ = state_.identity && state_.identity->next;
    trial_ends_ = SteadyTime::max();
    use_documents();
    load_lists();
    apply(trust::Restarted{});
    return true;
}

Result<void> Agent::Story::save(SaveKind kind) {
    if (ima_memory_.known) state_.ima = ima_memory_.known;
    auto saved = parts_.store.save(encode(state_), kind);
    const bool known = unsaved_;
    unsaved_ = !saved;
    if (saved) saved_floor_ = state_.time_floor;
    // Told once, and tried again with every tick.
    if (!saved && !known) note(Severity::Error, "state cannot be saved: " + saved.error().what);
    return saved;
}

// Not with every look, which would wear out the disk: what is lost is read again, where the kernel still has it.
void Agent::Story::remember_ima() {
    const auto& known = ima_memory_.known;
    const bool news = known && (!state_.ima || !(state_.ima->checkpoint == known->checkpoint));
    if (!news || !state_.identity || parts_.clock.steady() < ima_save_at_) return;
    ima_save_at_ = parts_.clock.steady() + kSaveImaEvery;
    (void)save(SaveKind::Plain);
}

void Agent::Story::tick() {
    const SteadyTime steady = parts_.clock.steady();
    if (wake_ && *wake_ <= steady) wake_.reset();
    if (!loaded_ && !load()) return;
    if (state_.identity && !keyring_) open_keys();
    const bool may_enroll = !state_.identity || is_revoked() || refused_as_revoked_ || renewing_;
    if (may_enroll && !state_.retired && settings_.bundle && !enrollment_ && steady >= enroll_at_) enroll();
    rotate_when_due();
    depart_when_said();
    conversation_.pass_time(steady);
    settle_fresh();
    // What could not be saved was not acknowledged either: that comes with the standing, asked for anew.
    if (unsaved_ && save(SaveKind::Floor) && with_registry()) ask_for_standing();
    pass_time_floor(steady);
    save_time_floor();
    gather_telemetry();
    send_waiting();
    if (with_registry() && (attest_soon_ || steady >= attest_at_)) attest();
    if (connected_ && steady >= fetch_at_) {
        fetch_lists();
        fetch_ima_table();
    }
    if (steady >= try_at_) try_waiting();
    look_again_ = looking_ || preparing_ != 0;
    if (looking_ && steady - looking_since_ >= kLookPatience) return judge_silence();
    if (looking_ || preparing_ != 0 || (state_.identity && !keyring_)) return apply(trust::TimePassed{});
    looking_ = true;
    looking_since_ = steady;
    on_worker([this, keyring = keyring_, selections = settings_.selections, ima = ima_memory_,
               steady] { return observe(parts_, keyring ? keyring->quoter.get() : nullptr, selections, ima, steady); },
              [this](Observation seen) {
                  looking_ = false;
                  if (stopped_) return;
                  judge(std::move(seen));
                  if (std::exchange(look_again_, false)) tick();
              });
}

// A TPM that hangs is one that fails: what was true before it fell silent is not known any more.
void Agent::Story::judge_silence() {
    const std::string why = "the TPM has not answered for " + to_text(kLookPatience);
    if (last_failure_ != why) note(Severity::Warning, why);
    last_failure_ = why;
    apply(trust::Judged{worse(Level::Unverified, state_.trust.local), for_trust(evaluator_.policies().level_rules(now())), why});
}

void Agent::Story::judge(Observation seen) {
    const Bytes ak = keyring_ && keyring_->quoter ? to_bytes(keyring_->quoter->public_area()) : Bytes{};
    // What was seen before the keys were there (or with others) says nothing about these.
    if (seen.quote.has_value() != !ak.empty()) return;
    const SteadyTime seen_at = seen.at;
    Appraisal appraisal = appraise(std::move(seen), {ak, settings_.selections, reference_ ? &reference_->boot : nullptr, earlier_});
    earlier_ = appraisal.earlier;
    if (appraisal.ima) {
        ima_memory_.known = std::move(appraisal.ima);
        remember_ima();
    }
    if (!appraisal.tpm_failure && earlier_) witness_time(earlier_->clock, seen_at);
    claims_ = std::move(appraisal.claims);
    const SteadyTime steady = parts_.clock.steady();
    add_own_claims(steady);
    decision_ = evaluator_.evaluate(claims_, steady);
    measure::name_offenders(claims_, decision_);
    trust::Judged judged{decision_.level, for_trust(evaluator_.policies().level_rules(now())),
                         reason_of(decision_, !evaluator_.policies().empty())};
    // Where the TPM fails or the identity is gone, less is known than before: that never lifts what was worse.
    if (appraisal.tpm_failure || !state_.identity) judged.level = worse(judged.level, worse(Level::Unverified, state_.trust.local));
    if (appraisal.tpm_failure) {
        judged.because = "the TPM gives no valid quote: " + appraisal.tpm_failure->what;
        if (last_failure_ != appraisal.tpm_failure->what) note(Severity::Warning, judged.because);
    }
    last_failure_ = appraisal.tpm_failure ? appraisal.tpm_failure->what : "";
    apply(judged);
    // The level may be the same, and the policies others.
    if (told_ != evaluator_.policies().enforcement(state_.trust.level)) enforce();
    if (const auto due = evaluator_.next_due(); due && parts_.wake_at) parts_.wake_at(*due);
    if (parts_.changed) parts_.changed();
}

void Agent::Story::add_own_claims(SteadyTime steady) {
    const auto put = [&](const char* name, ClaimValue value, const char* source) { claims_.set(name, {std::move(value), steady, source}); };
    if (!keyring_) put("tpm.present", Unknown{"the device's keys are not open"}, "tpm");
    put("identity.enrolled", state_.identity.has_value(), "system");
    put("identity.hardware_bound", keyring_ ? ClaimValue{keyring_->forge->hardware_bound()} : ClaimValue{Unknown{"the keys are not open"}},
        "system");
    put("registry.connected", with_registry(), "system");
    put("registry.standing", std::string(to_string(state_.trust.standing)), "registry");
    put("registry.fresh_age",
        fresh_ ? ClaimValue{fresh_->first + (steady - fresh_->second)}
               : ClaimValue{Unknown{"nothing heard from the registry since the start"}},
        "registry");
    put("registry.level",
        state_.trust.registry ? ClaimValue{std::string(to_string(state_.trust.registry->level))} : ClaimValue{Unknown{"no result yet"}},
        "registry");
    put("registry.result_age", result_at_ ? ClaimValue{steady - *result_at_} : ClaimValue{Unknown{"no result since the start"}},
        "registry");
    put("time.now", parts_.clock.wall(), "system");
    put("time.floor", state_.time_floor, "registry");
    put("time.before_floor", parts_.clock.wall() < state_.time_floor, "system");
    ClaimValue left = Unknown{"no certificate"};
    if (state_.identity && !state_.identity->current.certificates.empty()) {
        if (const auto own = crypto::Certificate::from_der(state_.identity->current.certificates.front())) left = own->not_after() - now();
    }
    put("identity.certificate_expires_in", std::move(left), "system");
    put("identity.rotation_due", rotation_time() ? ClaimValue{rotation_due()} : ClaimValue{Unknown{"no certificate"}}, "system");
    put("identity.key_algorithm",
        device_key_ ? ClaimValue{std::string(to_string(device_key_->algorithm()))} : ClaimValue{Unknown{"no key"}}, "system");
}

void Agent::Story::apply(const trust::Event& event) {
    const TrustState before = state_.trust;
    const trust::Step next = trust::step(before, event, {parts_.clock.steady(), now()});
    const trust::Consequences& todo = next.consequences;
    state_.trust = next.state;
    if (todo.save && state_.identity) {
        const auto saved = save(todo.floor ? SaveKind::Floor : SaveKind::Plain);
        // Save, then act. A loosening that a power cut could take back is not carried out; a tightening always is.
        if (!saved && next.state.level < before.level) {
            state_.trust = before;
            return;
        }
    }
    if (todo.enforce) enforce();
    if (todo.wake_at && parts_.wake_at) parts_.wake_at(*todo.wake_at);
    if (state_.trust.level == before.level) return;
    since_ = parts_.clock.steady();
    since_wall_ = now();
    const std::string change = std::string(to_string(before.level)) + " -> " + std::string(to_string(state_.trust.level));
    note(todo.tightened ? Severity::Warning : Severity::Info, "trust: " + change + ": " + trust::reason_of(state_.trust));
    audit("level", {{"from", std::string(to_string(before.level))},
                    {"to", std::string(to_string(state_.trust.level))},
                    {"because", trust::reason_of(state_.trust)}});
    if (todo.report) {
        attest_soon_ = true;
        report(before.level);
    }
    if (parts_.changed) parts_.changed();
}

void Agent::Story::enforce() { tell_enforcer(evaluator_.policies().enforcement(state_.trust.level)); }

// Before the state can be read: what was open is closed, and what was done stays done.
void Agent::Story::enforce_blindly() {
    if (told_) return;
    Enforcement wish = settings_.told_before.value_or(Enforcement{});
    wish.level = worse(wish.level, Level::Unverified);
    wish.allow.clear();
    tell_enforcer(std::move(wish));
}

// New policies, not judged by yet: what they close is closed and what they ask for is done at once; nothing opens before that.
void Agent::Story::enforce_what_closes() {
    if (!told_) return;
    Enforcement wish = evaluator_.policies().enforcement(state_.trust.level);
    std::erase_if(wish.allow, [&](const std::string& name) { return !std::ranges::binary_search(told_->allow, name); });
    std::vector<std::string> both;
    std::ranges::set_union(wish.respond, told_->respond, std::back_inserter(both));
    wish.respond = std::move(both);
    if (wish != *told_) tell_enforcer(std::move(wish));
}

void Agent::Story::tell_enforcer(Enforcement wish) {
    told_ = wish;
    if (parts_.enforcer == nullptr) return;
    if (auto done = parts_.enforcer->apply(wish); !done) note(Severity::Error, "enforcement: " + done.error().what);
}

void Agent::Story::note(Severity severity, const std::string& text) {
    if (parts_.log) parts_.log(severity, text);
}

void Agent::Story::audit(std::string what, std::vector<std::pair<std::string, std::string>> details) {
    if (auto written = parts_.audit.append({now(), std::move(what), std::move(details)}); !written) {
        note(Severity::Error, "audit log: " + written.error().what);
    }
}

void Agent::Story::ask(std::string_view verb, Json body, OnAnswer on_answer, Proof proof, std::optional<Milliseconds> deadline) {
    conversation_.ask(
        verb, std::move(body), deadline.value_or(settings_.reply_deadline),
        [this, owner = owner_, on_answer = std::move(on_answer)](Result<Answer> answer) {
            if (owner == owner_) on_answer(std::move(answer));
        },
        proof);
}

trust::Recipient Agent::Story::recipient() const {
    return {
        state_.identity ? std::string_view(state_.identity->tenant) : std::string_view(settings_.bundle ? settings_.bundle->tenant : ""),
        state_.group, state_.identity ? &state_.identity->device : nullptr, state_.floors, now()};
}

Agent::Agent(AgentParts parts, AgentSettings settings) : story_(std::make_unique<Story>(std::move(parts), std::move(settings))) {}
Agent::~Agent() = default;

void Agent::start() { story_->start(); }
void Agent::stop() { story_->stop(); }
void Agent::tick() { story_->tick(); }
void Agent::attest(std::function<void(Result<Level>)> done) { story_->attest(std::move(done)); }
const TrustState& Agent::trust() const noexcept { return story_->trust(); }
bool Agent::allows(std::string_view name) const { return story_->allows(name); }
Json Agent::status() const { return story_->status(); }
Json Agent::decision(Level wanted) const { return story_->decision(wanted); }
Result<void> Agent::reset() { return story_->reset(); }
void Agent::rotate(std::function<void(Result<std::string>)> done) { story_->rotate(std::move(done)); }
void Agent::quote(Bytes nonce, std::function<void(Result<QuoteForPeople>)> done) { story_->quote(std::move(nonce), std::move(done)); }
Result<Json> Agent::verify_peer(std::string_view pem, bool demand_current) const { return story_->verify_peer(pem, demand_current); }
Result<void> Agent::import(std::string_view text) { return story_->import(text); }
void Agent::use_local_policies(std::vector<std::string> texts) { story_->use_local_policies(std::move(texts)); }

}  // namespace anchor::agent
