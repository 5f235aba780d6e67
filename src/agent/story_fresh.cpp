// SPDX-License-Identifier: Apache-2.0
// Freshness: how old the registry's word is. It grows also where somebody lets through that all is well, and not what has changed. And the
// other way round: a registry that has forgotten what this device knows gets it back.
#include <algorithm>

#include <anchor/protocol/signing.h>

#include "story.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;

std::uint64_t version_in(const protocol::Freshness& fresh, const std::string& key) {
    const auto found = fresh.versions.find(key);
    return found == fresh.versions.end() ? 0 : found->second;
}

// Under which name the changes of standings are counted that those of this device are among.
std::string standings_row(const DeviceId& device) { return "standing/" + device.text().substr(0, 1); }

std::vector<std::string> documents_of(const std::string& group) {
    if (group.empty()) return {};
    return {"policy/" + group, "reference/" + group};
}

}  // namespace

// `answered` is the time of a reply to this device, by the registry's own clock, so that both ends of the subtraction are its. What nobody
// asked for may be a repetition by the broker: its age is that by our clock, and it counts once.
std::optional<protocol::Freshness> Agent::Story::take_fresh(std::string_view text, std::optional<WallTime> answered, bool with_standing) {
    if (text.empty() || !state_.anchors || !state_.identity) return std::nullopt;
    const auto verified = trust::Gate(*state_.anchors).accept(text, DocumentKind::Fresh, recipient());
    auto says = verified ? protocol::freshness_from(verified->document().body) : Result<protocol::Freshness>(verified.error());
    if (!says) {
        note(Severity::Warning, "freshness is refused: " + says.error().what);
        return std::nullopt;
    }
    // A reply that brought this device's standing brought it as it was after every change that the same reply names.
    if (with_standing) standings_seen_ = std::max(standings_seen_, version_in(*says, standings_row(state_.identity->device)));
    const protocol::Document& document = verified->document();
    std::uint64_t& newest = state_.floors[trust::floor_key(document)];
    const bool repeated = !answered && (fresh_ || waiting_fresh_) && document.version == newest;
    newest = document.version;
    if (!repeated) {
        const Milliseconds age = std::max(Milliseconds{0}, answered.value_or(now()) - document.issued);
        waiting_fresh_ = WaitingFresh{*says, age, parts_.clock.steady()};
        settle_fresh();
    }
    return std::move(says).value();
}

// A word that all is well counts when this device has everything that the word names: who holds a document back makes it grow old.
void Agent::Story::settle_fresh() {
    if (!waiting_fresh_ || !state_.identity || !state_.anchors) return;
    if (const auto keys = missing(waiting_fresh_->says); !keys.empty()) return ask_for_missing(keys);
    if (lacks_blobs()) return;  // they are fetched by themselves
    const SteadyTime steady = parts_.clock.steady();
    const Milliseconds age = waiting_fresh_->age + (steady - waiting_fresh_->heard);
    // A repeated old document must not look young: only a shorter age than the one that has passed counts.
    if (!fresh_ || age <= fresh_->first + (steady - fresh_->second)) fresh_ = {age, steady};
    waiting_fresh_.reset();
}

std::uint64_t Agent::Story::floor_of(const std::string& key) const {
    const auto floor = state_.floors.find(key);
    return floor == state_.floors.end() ? 0 : floor->second;
}

std::vector<std::string> Agent::Story::missing(const protocol::Freshness& says) const {
    std::vector<std::string> keys;
    if (version_in(says, "anchors") > state_.anchors->version) keys.emplace_back("anchors");
    if (version_in(says, standings_row(state_.identity->device)) > standings_seen_) keys.emplace_back("standing");
    std::vector<std::string> documents = documents_of(state_.group);
    if (parts_.shelf != nullptr) documents.emplace_back("revocations");
    std::ranges::copy_if(documents, std::back_inserter(keys), [&](const auto& key) { return version_in(says, key) > floor_of(key); });
    return keys;
}

// What the documents name by digest. The name alone protects nobody: a list of which no octet comes is as much withheld as its name.
bool Agent::Story::lacks_blobs() const {
    if (parts_.shelf == nullptr) return false;
    return lacks_lists() || ima_table_missing_ || !state_.waiting.empty();
}

void Agent::Story::ask_for_missing(const std::vector<std::string>& keys) {
    const SteadyTime steady = parts_.clock.steady();
    if (!connected_ || enrollment_ || is_revoked() || steady < ask_missing_at_) return;
    ask_missing_at_ = steady + kAskMissingEvery;
    for (const std::string& key : keys) {
        if (key == "anchors")
            catch_up();
        else if (key == "standing")
            ask_for_standing();
        else
            ask_for_document(key);
    }
}

void Agent::Story::ask_for_document(const std::string& key) {
    const auto slash = key.find('/');
    const auto kind = protocol::document_kind_from(key.substr(0, slash));
    if (!kind) return;
    const std::string name = slash == std::string::npos ? "" : key.substr(slash + 1);
    ask(protocol::verb::kDocumentGet, {{"kind", to_string(*kind)}, {"name", name}, {"version", 0}},
        [this, kind = *kind, key](const Result<Answer>& answer) {
            const auto text = answer ? json_string(answer->body, "document") : Result<std::string>(answer.error());
            const auto taken = text ? accept(*text, kind) : Result<void>(text.error());
            if (!taken) note(Severity::Warning, key + " is refused: " + taken.error().what);
        });
}

// What was accepted last: in force, still waiting for the table that it names, or not carried out yet.
const std::string* Agent::Story::newest_of(const std::string& key) const {
    if (key.starts_with("departure")) return state_.leaving.empty() ? nullptr : &state_.leaving;
    for (const auto* documents : {&state_.waiting, &state_.documents}) {
        if (const auto found = documents->find(key); found != documents->end()) return &found->second;
    }
    return nullptr;
}

// Of which document of this device somebody offers an older version: the registry was restored from a backup, or somebody plays with it.
std::optional<std::string> Agent::Story::forgotten_in(std::string_view offered) const {
    const auto draft = protocol::draft_from(offered);
    if (!draft || !state_.identity) return std::nullopt;
    std::string key = trust::floor_key(draft->document);
    const auto of_group = documents_of(state_.group);
    const bool ours = key == "standing" || std::ranges::find(of_group, key) != of_group.end();
    if (!ours || draft->document.version >= floor_of(key) || newest_of(key) == nullptr) return std::nullopt;
    return key;
}

void Agent::Story::give_back(const protocol::Freshness& says) {
    for (const std::string& key : documents_of(state_.group)) {
        if (version_in(says, key) < floor_of(key) && newest_of(key) != nullptr) give_back(key, [](bool) {});
    }
}

// The document proves itself: nobody has to believe this device.
void Agent::Story::give_back(const std::string& key, std::function<void(bool)> done) {
    SteadyTime& not_before = give_back_at_[key];
    if (parts_.clock.steady() < not_before) return done(false);
    not_before = parts_.clock.steady() + kAskMissingEvery;
    note(Severity::Warning, "the registry has lost " + key + " version " + std::to_string(floor_of(key)) + ": it gets it back");
    ask(protocol::verb::kDocumentPut, {{"document", *newest_of(key)}}, [this, key, done = std::move(done)](const Result<Answer>& answer) {
        if (!answer) note(Severity::Warning, key + " is not taken back: " + answer.error().what);
        if (answer) audit("given-back", {{"name", key}, {"version", std::to_string(floor_of(key))}});
        done(answer.has_value());
    });
}

}  // namespace anchor::agent
