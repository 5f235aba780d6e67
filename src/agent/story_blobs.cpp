// SPDX-License-Identifier: Apache-2.0

// What signed documents name by digest: fetched from the registry in pieces or found where somebody put it, and put to use once it
// is there as a whole.
#include "story.h"

#include <nlohmann/json.hpp>

namespace anchor::agent {
namespace {

using measure::ImaBasis;
using measure::ImaReferenceValues;
using Values = Result<measure::ReferenceValues>;

struct Prepared {
    std::shared_ptr<const ImaBasis> basis;
    bool fetch = false;  ///< the table is not here yet
};

Result<Prepared> prepare(BlobShelf& shelf, const ImaReferenceValues& values) {
    ANCHOR_ASSIGN_OR_RETURN(auto table, shelf.find(*values.table));
    const bool fetch = table == nullptr;
    ANCHOR_ASSIGN_OR_RETURN(auto basis, ImaBasis::make(values, std::move(table)));
    return Prepared{std::move(basis), fetch};
}

}  // namespace

// The IMA half of the reference values. Opening a table means to hash it; until that is done nothing is looked at, because a claim that
// is unknown for a moment only could cost the level.
void Agent::Story::use_ima_reference() {
    const ImaReferenceValues values = reference_ ? reference_->ima : ImaReferenceValues{};
    if (values == ima_values_ && !ima_table_missing_) return;
    ima_values_ = values;
    ima_table_missing_ = false;
    if (!values.table || parts_.shelf == nullptr) return use_ima_basis(ImaBasis::make(values, nullptr));
    ++preparing_;
    on_worker([shelf = parts_.shelf, values] { return prepare(*shelf, values); },
              [this, values](Result<Prepared> prepared) {
                  --preparing_;
                  if (stopped_ || values != ima_values_) return;
                  if (!prepared) {
                      note(Severity::Error, "the table of reference digests: " + prepared.error().what);
                      return use_ima_basis(ImaBasis::make(values, nullptr, "the table of reference digests: " + prepared.error().what));
                  }
                  ima_table_missing_ = prepared->fetch;
                  use_ima_basis(std::move(prepared->basis));
                  if (ima_table_missing_) fetch_ima_table();
                  tick();
              });
}

void Agent::Story::use_ima_basis(Result<std::shared_ptr<const ImaBasis>> basis) {
    if (basis) ima_memory_.basis = std::move(basis).value();
}

void Agent::Story::fetch_ima_table() {
    if (!ima_table_missing_ || !ima_values_.table) return;
    const BlobName name = *ima_values_.table;
    fetch(name, [this, name](const Result<void>& fetched) {
        if (!fetched) return note(Severity::Warning, "the table of reference digests cannot be fetched: " + fetched.error().what);
        note(Severity::Info, "the table of reference digests is here, " + std::to_string(name.size) + " octets");
        sweep_blobs();
        use_ima_reference();
    });
}

// What judges well is not given up for what cannot judge yet: reference values and the table that they name come in force together. Who
// withholds the table wins nothing: he could have withheld the document, and the registry judges by the new one either way.
bool Agent::Story::has_to_wait(const std::string& key, const ImaReferenceValues& values) const {
    const bool judged_well = reference_ && state_.documents.contains(key) && !ima_table_missing_;
    return judged_well && parts_.shelf != nullptr && values.table && values.table != ima_values_.table;
}

// Whether the table of one of those that wait is here; where it is not, it is fetched.
void Agent::Story::try_waiting() {
    if (trying_ || fetching_ || state_.waiting.empty() || !state_.anchors || !state_.identity) return;
    auto next = state_.waiting.upper_bound(tried_);
    if (next == state_.waiting.end()) next = state_.waiting.begin();
    const std::string key = tried_ = next->first;
    const auto verified = stored(next->second, protocol::DocumentKind::Reference);
    const auto reference = verified ? measure::reference_values_from(verified->document().body) : Values(verified.error());
    if (!reference || !reference->ima.table) {
        note(Severity::Warning, key + " no longer waits: " + (reference ? "it names no table" : reference.error().what));
        state_.waiting.erase(next);
        return;
    }
    trying_ = true;
    on_worker([shelf = parts_.shelf, values = reference->ima] { return prepare(*shelf, values); },
              [this, key, text = next->second, name = *reference->ima.table](const Result<Prepared>& prepared) {
                  trying_ = false;
                  if (stopped_) return;
                  const auto still = state_.waiting.find(key);
                  if (still == state_.waiting.end() || still->second != text) return try_waiting();
                  if (!prepared) return waiting_failed(key, prepared.error().what);
                  if (!prepared->fetch) return end_waiting(key);
                  try_at_ = parts_.clock.steady() + kFetchAgain;
                  fetch(name, [this, key](const Result<void>& fetched) {
                      if (!fetched) return waiting_failed(key, fetched.error().what);
                      try_waiting();
                  });
              });
}

void Agent::Story::waiting_failed(const std::string& key, const std::string& why) {
    try_at_ = parts_.clock.steady() + kFetchAgain;
    if (std::exchange(waiting_why_, why) != why) note(Severity::Warning, key + " waits for its table: " + why);
}

// Document and table in one step.
void Agent::Story::end_waiting(const std::string& key) {
    DeviceState before{.documents = state_.documents, .waiting = state_.waiting};
    state_.documents[key] = std::move(state_.waiting[key]);
    state_.waiting.erase(key);
    if (const auto saved = save(SaveKind::Plain); !saved) {
        state_.documents = std::move(before.documents);
        state_.waiting = std::move(before.waiting);
        return waiting_failed(key, saved.error().what);
    }
    waiting_why_.clear();
    const std::string version = std::to_string(state_.floors[key]);
    note(Severity::Info, key + " version " + version + " is in force, with the table that it names");
    audit("document", {{"name", key}, {"version", version}});
    use_documents();
    sweep_blobs();
    tick();
}

Json Agent::Story::waiting_json() const {
    Json list = Json::array();
    for (const auto& [key, text] : state_.waiting) {
        const auto floor = state_.floors.find(key);
        list.push_back({{"document", key},
                        {"version", floor == state_.floors.end() ? 0 : floor->second},
                        {"because", "the table of file digests that it names is not here yet" +
                                        (waiting_why_.empty() ? std::string() : ": " + waiting_why_)}});
    }
    return list;
}

// Throws away what no document in force names and nobody brought: the shelf is for tables and lists alike.
void Agent::Story::sweep_blobs() {
    if (parts_.shelf == nullptr) return;
    std::vector<BlobName> kept = wanted_lists();
    kept.insert(kept.end(), state_.lists.begin(), state_.lists.end());
    if (ima_values_.table) kept.push_back(*ima_values_.table);
    for (const auto& [key, text] : state_.waiting) {
        if (!state_.anchors) break;
        const auto verified = stored(text, protocol::DocumentKind::Reference);
        const auto values = verified ? measure::reference_values_from(verified->document().body) : Values(verified.error());
        if (values && values->ima.table) kept.push_back(*values->ima.table);
    }
    on_worker([shelf = parts_.shelf, kept = std::move(kept)] { return shelf->keep_only(kept); },
              [this](const Result<void>& swept) {
                  if (!swept && !stopped_) note(Severity::Warning, "old blobs stay: " + swept.error().what);
              });
}

// One at a time; where it cannot begin now, nobody is called back, and a later tick tries again.
void Agent::Story::fetch(const BlobName& name, std::function<void(Result<void>)> done) {
    if (fetching_ || parts_.shelf == nullptr || !with_registry()) return;
    fetching_ = true;
    keep_piece({name, 0, {}}, [this, done = std::move(done)](Result<void> fetched) {
        fetching_ = false;
        fetch_at_ = parts_.clock.steady() + kFetchAgain;
        done(std::move(fetched));
    });
}

// Puts a piece down (an empty one only asks how much is here) and asks for the next.
void Agent::Story::keep_piece(protocol::BlobChunk chunk, std::function<void(Result<void>)> done) {
    const BlobName name = chunk.name;
    const bool asks = chunk.octets.empty();
    on_worker([shelf = parts_.shelf, chunk = std::move(chunk)] { return shelf->put(chunk.name, chunk.offset, chunk.octets); },
              [this, name, asks, offset = chunk.offset, done = std::move(done)](const Result<std::uint64_t>& have) {
                  if (stopped_) return;
                  if (!have) return done(have.error());
                  if (*have == name.size) return done({});
                  if (!asks && *have <= offset) return done(rejected("the piece does not fit what is here"));
                  ask_for_piece({name, *have}, done);
              });
}

void Agent::Story::ask_for_piece(protocol::BlobPlace place, std::function<void(Result<void>)> done) {
    ask(protocol::verb::kBlobGet, to_json(place), [this, place, done = std::move(done)](const Result<Answer>& answer) {
        if (!answer) return done(answer.error());
        auto octets = protocol::blob_octets_from(answer->body, place);
        if (!octets) return done(std::move(octets).error());
        keep_piece({place.name, place.offset, std::move(octets).value()}, done);
    });
}

}  // namespace anchor::agent
