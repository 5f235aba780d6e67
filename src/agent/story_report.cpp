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
    auto entry = parts_.outbox->front();
    if (!entry) return note(Severity::Error, "outbox: " + entry.error().what);
    if (!*entry) return;
    const std::uint64_t number = (*entry)->number;
    const auto body = parse_json(as_text((*entry)->octets));
    if (!body) {
        note(Severity::Error, "outbox: entry " + std::to_string(number) + " is damaged: " + body.error().what);
        (void)parts_.outbox->pop(number);
        return;
    }
    reporting_ = true;
    conversation_.ask(protocol::verb::kReport, *body, settings_.reply_deadline, [this, number](const Result<Answer>& answer) {
        reporting_ = false;
        if (!answer && (answer.error().kind == ErrorKind::Unavailable || answer.error().kind == ErrorKind::Stale)) return;
        // Refused for good: keeping it would only keep the next ones waiting.
        if (!answer) note(Severity::Warning, "a report is refused: " + answer.error().what);
        if (auto gone = parts_.outbox->pop(number); !gone) return note(Severity::Error, "outbox: " + gone.error().what);
        send_reports();
    });
}

}  // namespace anchor::agent
