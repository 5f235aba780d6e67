// SPDX-License-Identifier: Apache-2.0

// Logs and their replay as tables for people.

#include <algorithm>

#include <anchor/base/encoding.h>
#include <anchor/measure/event_log_content.h>
#include <anchor/measure/event_log_render.h>

#include "boot_text.h"
#include "event_log_line.h"

namespace anchor::measure {
namespace {

std::string column(std::string text, std::size_t width) {
    text.append(width - std::min(width, text.size()), ' ');
    return text + ' ';
}

std::string type_text(EventType type) {
    const std::string_view name = event_type_name(type);
    return name.empty() ? hex_number(static_cast<std::uint32_t>(type)) : std::string(name);
}

std::string pcr_text(const BootEvent& event) { return event.pcr < kPcrCount ? std::to_string(event.pcr) : "-"; }

std::string line_of(const EventLog& log, const BootEvent& event) {
    const std::string verdict = event.type == EventType::NoAction ? "not extended" : std::string(to_string(check_content(log, event)));
    return column(std::to_string(event.number), 5) + column(pcr_text(event), 3) + column(type_text(event.type), 32) + column(verdict, 14) +
           describe_event(log, event) + '\n';
}

std::string_view word_of(PcrVerdict verdict) {
    switch (verdict) {
        case PcrVerdict::Match: return "replays";
        case PcrVerdict::Mismatch: return "DIFFERS";
        case PcrVerdict::NotInLog: return "not in log";
        case PcrVerdict::NotInBank: return "not in bank";
    }
    return {};
}

std::string mismatch_lines(const EventLog& log, const PcrCheck& check) {
    constexpr std::size_t most = 20;
    std::string text = "    found    " + to_hex(check.found.view()) + '\n';
    if (check.replayed) text += "    expected " + to_hex(check.replayed->view()) + '\n';
    for (std::size_t i = 0; i < std::min(most, check.unexplained.size()); ++i) {
        text += "    not explained: " + line_of(log, log.events()[check.unexplained[i]]);
    }
    if (check.unexplained.size() > most) text += "    and " + std::to_string(check.unexplained.size() - most) + " more\n";
    return text;
}

}  // namespace

std::string one_line(std::string_view utf8, std::size_t longest) {
    std::string text;
    for (ByteView rest = as_bytes(utf8); !rest.empty();) {
        const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
        const bool c1_control = length == 2 && rest[0] == 0xC2 && rest[1] < 0xA0;
        std::string shown(as_text(rest.first(length)));
        if (length == 1 && (rest[0] < 0x20 || rest[0] >= 0x7F)) shown = "\\x" + to_hex(rest.first(1));
        if (c1_control) shown = "\\x" + to_hex(rest.subspan(1, 1));
        if (text.size() + shown.size() > longest) return text + "…";
        text += shown;
        rest = rest.subspan(length);
    }
    return text;
}

std::string render_event_log_table(const EventLog& log) {
    std::string text = column("event", 5) + column("pcr", 3) + column("type", 32) + column("content", 14) + "what\n";
    for (const BootEvent& event : log.events()) text += line_of(log, event);
    if (log.form() == EventLogForm::Empty) text += "the log is empty\n";
    if (log.problem()) text += "the log ends here: " + one_line(log.problem()->what, 400) + '\n';
    return text;
}

std::string render_replay_report(const EventLog& log, const ReplayReport& report) {
    std::string text;
    for (const PcrCheck& check : report.checks) {
        text += column(std::string(to_string(check.bank)), 6) + column(std::to_string(check.pcr), 3) +
                column(std::string(word_of(check.verdict)), 12) + check.why;
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
        if (check.verdict == PcrVerdict::Mismatch) text += mismatch_lines(log, check);
    }
    const PcrCheck* first = report.first_mismatch();
    if (first != nullptr) {
        text += "the log does not replay: first in " + std::string(to_string(first->bank)) + " PCR " + std::to_string(first->pcr) + '\n';
    } else {
        text += report.replays() ? "the log replays\n" : "nothing to compare: no register is in both\n";
    }
    return text;
}

}  // namespace anchor::measure
