// SPDX-License-Identifier: Apache-2.0
// Changes of level reach the registry also when they happened while it was away: they wait in the outbox.
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
    send_reports();
}

// One after the other, oldest first; each goes when the registry has said that it has it.
void Agent::Story::send_reports() {
    if (parts_.outbox == nullptr || reporting_ || !with_registry()) return;
    const auto entry = oldest_report();
    if (!entry) return;
    const std::uint64_t number = entry->number;
    const auto body = parse_json(as_text(entry->octets));
    if (!body) {
        note(Severity::Error, "outbox: entry " + std::to_string(number) + " is damaged: " + body.error().what);
        forget_report(number);
        return send_reports();
    }
    reporting_ = true;
    ask(protocol::verb::kReport, *body, [this, number](const Result<Answer>& answer) {
        reporting_ = false;
        if (!answer && (answer.error().kind == ErrorKind::Unavailable || answer.error().kind == ErrorKind::Stale)) return;
        // Refused for good: keeping it would only keep the next ones waiting.
        if (!answer) note(Severity::Warning, "a report is refused: " + answer.error().what);
        forget_report(number);
        send_reports();
    });
}

// The first that can be read: one that cannot is told and passed over.
std::optional<OutboxEntry> Agent::Story::oldest_report() {
    while (true) {
        auto entry = parts_.outbox->front();
        if (entry) return std::move(entry).value();
        outbox_failed(entry.error());
        if (entry.error().kind != ErrorKind::Corrupt) return std::nullopt;
    }
}

void Agent::Story::forget_report(std::uint64_t number) {
    if (auto gone = parts_.outbox->pop(number); !gone) outbox_failed(gone.error());
}

void Agent::Story::outbox_failed(const Error& why) {
    if (std::exchange(outbox_error_, why.what) != why.what) note(Severity::Error, "outbox: " + why.what);
}

// What was to be told to the owner before is nobody else's business.
void Agent::Story::empty_outbox() {
    while (parts_.outbox != nullptr) {
        const auto entry = oldest_report();
        if (!entry) return;
        forget_report(entry->number);
    }
}

}  // namespace anchor::agent
