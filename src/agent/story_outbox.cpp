// SPDX-License-Identifier: Apache-2.0
// Changes of level and what applications say reach the registry also when they happened while it was away: they wait in the outbox.
#include "story.h"

#include <nlohmann/json.hpp>

namespace anchor::agent {
namespace {

constexpr std::size_t kMaxReason = 1000;

}  // namespace

void Agent::Story::report(Level from) {
    if (parts_.outbox == nullptr || !state_.identity) return;
    const Json body = {{"at", to_rfc3339(now())},
                       {"from", to_string(from)},
                       {"to", to_string(state_.trust.level)},
                       {"because", trust::reason_of(state_.trust).substr(0, kMaxReason)}};
    // A reason may quote what foreigners wrote, and be cut in the middle of a character.
    const std::string text = body.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (auto kept = parts_.outbox->push(OutboxKind::Report, as_bytes(text)); !kept) note(Severity::Error, "outbox: " + kept.error().what);
    send_waiting();
}

// Where no application has said anything yet, the first word counts and not the next interval.
void Agent::Story::gather_telemetry() {
    const SteadyTime steady = parts_.clock.steady();
    if (!settings_.telemetry_every || parts_.outbox == nullptr || !state_.identity || steady < telemetry_at_) return;
    protocol::Telemetry telemetry{now(), {}};
    for (const auto& [name, claim] : claims_) {
        const bool known = !std::holds_alternative<Unknown>(claim.value);
        if (known && protocol::is_of_an_application(claim)) telemetry.claims.set(name, claim);
    }
    if (telemetry.claims.size() == 0) return;
    telemetry_at_ = steady + *settings_.telemetry_every;
    const std::string text = canonical_json(protocol::to_json(telemetry, steady));
    if (auto kept = parts_.outbox->push(OutboxKind::Telemetry, as_bytes(text)); !kept) outbox_failed(kept.error());
}

// One after the other, in the order of the outbox; each goes when the registry has said that it has it.
void Agent::Story::send_waiting() {
    if (parts_.outbox == nullptr || sending_ || !with_registry()) return;
    const auto entry = next_waiting();
    if (!entry) return;
    const std::uint64_t number = entry->number;
    const auto body = parse_json(as_text(entry->octets));
    if (!body) {
        note(Severity::Error, "outbox: entry " + std::to_string(number) + " is damaged: " + body.error().what);
        forget_waiting(number);
        return send_waiting();
    }
    const std::string_view verb = entry->kind == OutboxKind::Report ? protocol::verb::kReport : protocol::verb::kTelemetry;
    sending_ = true;
    ask(verb, *body, [this, number, verb](const Result<Answer>& answer) {
        sending_ = false;
        if (!answer && (answer.error().kind == ErrorKind::Unavailable || answer.error().kind == ErrorKind::Stale)) return;
        // Refused for good: keeping it would only keep the next ones waiting.
        if (!answer) note(Severity::Warning, std::string(verb) + " is refused: " + answer.error().what);
        forget_waiting(number);
        send_waiting();
    });
}

// The first that can be read: one that cannot is told and passed over.
std::optional<OutboxEntry> Agent::Story::next_waiting() {
    while (true) {
        auto entry = parts_.outbox->front();
        if (entry) return std::move(entry).value();
        outbox_failed(entry.error());
        if (entry.error().kind != ErrorKind::Corrupt) return std::nullopt;
    }
}

void Agent::Story::forget_waiting(std::uint64_t number) {
    if (auto gone = parts_.outbox->pop(number); !gone) outbox_failed(gone.error());
}

void Agent::Story::outbox_failed(const Error& why) {
    if (std::exchange(outbox_error_, why.what) != why.what) note(Severity::Error, "outbox: " + why.what);
}

// What was to be told to the owner before is nobody else's business.
void Agent::Story::empty_outbox() {
    while (parts_.outbox != nullptr) {
        const auto entry = next_waiting();
        if (!entry) return;
        forget_waiting(entry->number);
    }
}

}  // namespace anchor::agent
