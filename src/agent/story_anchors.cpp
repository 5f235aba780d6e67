// SPDX-License-Identifier: Apache-2.0
// The trust-anchor set: from the one in force to its successor, and on from there, one by one, however long the device was away.
#include <algorithm>
#include <array>

#include <anchor/protocol/signing.h>
#include <anchor/protocol/succession.h>

#include "story.h"

namespace anchor::agent {
namespace {

using protocol::DocumentKind;

// Anyone can speak of newer sets: how often that makes us ask has a bound.
constexpr Seconds kAskAgain{60};

// A word of somebody, no more: enough reason to ask.
std::uint64_t spoken_of(std::string_view text) {
    const auto draft = protocol::draft_from(text);
    return draft && draft->document.kind == DocumentKind::Anchors ? draft->document.version : 0;
}

}  // namespace

Result<void> Agent::Story::accept_anchors(std::string_view text) {
    auto next = trust::Gate(*state_.anchors).succeed(text, state_.identity->tenant);
    if (!next) {
        if (const auto version = spoken_of(text); version > state_.anchors->version + 1) {
            catch_up();
            return unavailable("trust anchors version " + std::to_string(version) + ": this device has version " +
                               std::to_string(state_.anchors->version) + " and asks for those between");
        }
        // What is in force, or was, published again is no news.
        const auto known = trust::Gate::first(text, state_.anchors->keys_of(DocumentKind::Anchors), state_.identity->tenant);
        return known && known->version <= state_.anchors->version ? Result<void>() : std::move(next).error();
    }
    // Whoever signed it: a set under which this device's certificate counts for nothing would be the last that it ever hears. At the
    // door where it enrols again it shows no certificate.
    const auto& chain = state_.identity->current.certificates;
    if (!enrollment_ && !next->device_anchors.empty() && !chain.empty()) {
        ANCHOR_RETURN_IF_ERROR(protocol::check_leads_to("this device's certificate", chain, next->device_anchors));
    }
    return take_anchors(std::move(next).value());
}

Result<void> Agent::Story::take_anchors(protocol::AnchorSet next) {
    protocol::AnchorSet before = std::exchange(*state_.anchors, std::move(next));
    trust::Floors floors = state_.floors;
    forget_online_floors(before);
    if (auto saved = save(SaveKind::Floor); !saved) {
        state_.anchors = std::move(before);
        state_.floors = std::move(floors);
        return saved;
    }
    audit("anchors", {{"version", std::to_string(state_.anchors->version)}});
    // Without a floor it is one of a key that has been replaced.
    if (!state_.floors.contains(std::string(to_string(DocumentKind::Revocations)))) manifest_.reset();
    // What a replaced key has signed is over at once, and not only after the next start.
    use_documents();
    if (state_.anchors->broker_anchors != before.broker_anchors && device_key_ && !enrollment_) connect();
    return {};
}

// Asks for the successor of the set in force, and for its successor. A set proves itself by its signatures: the reply that brings
// it may be by an online key that only a later one of them names.
void Agent::Story::catch_up(std::optional<std::uint64_t> since) {
    const bool at_a_door = connected_ || (enrollment_ && state_.identity);
    if (catching_up_ || !at_a_door || !parts_.link.connected() || !state_.anchors || parts_.clock.steady() < catch_up_at_) return;
    catching_up_ = true;
    const std::uint64_t from = since.value_or(state_.anchors->version);
    const std::uint64_t wanted = state_.anchors->version + 1;
    ask(
        protocol::verb::kDocumentGet, {{"kind", "anchors"}, {"name", ""}, {"version", wanted}},
        [this, from, wanted](const Result<Answer>& answer) { caught_up(from, wanted, answer); }, Proof::OfItself);
}

void Agent::Story::caught_up(std::uint64_t from, std::uint64_t wanted, const Result<Answer>& answer) {
    const auto text = answer ? json_string(answer->body, "document") : Result<std::string>(answer.error());
    const auto taken = text ? accept_anchors(*text) : Result<void>(text.error());
    catching_up_ = false;
    if (taken && enrollment_) first_anchors_ = state_.anchors;
    if (taken && state_.anchors->version == wanted) return catch_up(from);
    // At the other door, what was asked before has been answered by a key that nobody knew: it is asked again.
    if (enrollment_ && state_.anchors->version != from) {
        return give_up_enrollment(unavailable("the trust anchors have moved to version " + std::to_string(state_.anchors->version)));
    }
    if (!answer && answer.error().kind == ErrorKind::Unavailable) return;  // whoever spoke of a newer one speaks again
    if (text && !taken) note(Severity::Warning, "trust anchors version " + std::to_string(wanted) + " are refused: " + taken.error().what);
    catch_up_at_ = parts_.clock.steady() + kAskAgain;
    if (connected_) ask_for_standing();  // its replies can be read now
}

// A stolen online key may have signed enormous versions; once it has been replaced, its successor can be heard again. What the old
// key signed no longer passes, so nothing old comes back.
void Agent::Story::forget_online_floors(const protocol::AnchorSet& before) {
    for (const DocumentKind kind : {DocumentKind::Fresh, DocumentKind::Result, DocumentKind::Revocations}) {
        const auto keys = before.keys_of(kind);
        const auto now = state_.anchors->keys_of(kind);
        const bool replaced = std::ranges::none_of(keys, [&](const auto& key) { return now.contains(key.first); });
        if (!replaced) continue;
        state_.floors.erase(std::string(to_string(kind)));
        if (kind == DocumentKind::Revocations) trust::set_list_floors_aside(state_.floors);
        if (kind != DocumentKind::Fresh) continue;
        standings_seen_ = 0;  // by numbers that the old key has said
        waiting_fresh_.reset();
    }
}

}  // namespace anchor::agent
