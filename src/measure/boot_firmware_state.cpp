// SPDX-License-Identifier: Apache-2.0
#include "boot_firmware_state.h"

#include <algorithm>

#include "boot_text.h"

namespace anchor::measure {
namespace {

Unknown not_as_written(const BootEvent& event) {
    return {"the content of event " + std::to_string(event.number) + " is not what was measured"};
}

}  // namespace

FirmwareState::FirmwareState(const EventLog& log, std::span<const ContentVerdict> verdicts, unsigned pcr)
    : log_(log), verdicts_(verdicts), name_("PCR " + std::to_string(pcr)) {
    if (log.form() == EventLogForm::Empty) {
        incomplete_ = Unknown{"the event log is empty"};
        return;
    }
    for (const BootEvent& event : log.events()) {
        if (event.pcr != pcr || event.type == EventType::NoAction) continue;
        if (event.type != EventType::Separator) {
            events_.push_back(&event);
            continue;
        }
        if (is_error_separator(log, event)) {
            incomplete_ =
                Unknown{"firmware could not measure " + name_ + ": event " + std::to_string(event.number) + " is an error separator"};
        } else if (verdicts[event.number] != ContentVerdict::Verified) {
            incomplete_ = not_as_written(event);
        }
        return;
    }
    incomplete_ = Unknown{"the log has no separator for " + name_ + ": what firmware measured can't be told from what came later"};
    if (log.problem()) incomplete_->why += " (" + log.problem()->what + ")";
}

Fact<ByteView> FirmwareState::variable(std::string_view vendor, std::string_view name) const {
    if (incomplete_) return *incomplete_;
    const Guid owner = guid_from(vendor);
    std::optional<ByteView> found;
    for (const BootEvent* event : events_) {
        if (event->type != EventType::EfiVariableDriverConfig) continue;
        const auto details = event_details(log_, *event);
        const auto* variable = details ? std::get_if<VariableEvent>(&*details) : nullptr;
        if (variable == nullptr || variable->vendor != owner || variable->name != name || variable->name_length != name.size()) continue;
        if (verdicts_[event->number] != ContentVerdict::Verified) return not_as_written(*event);
        if (found && !equal(*found, variable->data)) return Unknown{std::string(name) + " was measured twice, with different values"};
        found = variable->data;
    }
    if (!found) return Unknown{"firmware did not measure " + std::string(name)};
    return *found;
}

Fact<bool> FirmwareState::flag(std::string_view vendor, std::string_view name) const {
    const Fact<ByteView> data = variable(vendor, name);
    if (const auto* unknown = std::get_if<Unknown>(&data)) return *unknown;
    const ByteView octets = std::get<ByteView>(data);
    if (octets.empty()) return false;
    if (octets.size() > 1 || octets[0] > 1) return Unknown{std::string(name) + " has a value that is neither 0 nor 1"};
    return octets[0] == 1;
}

Fact<bool> FirmwareState::action(std::string_view text) const {
    if (incomplete_) return *incomplete_;
    const BootEvent* doubtful = nullptr;
    for (const BootEvent* event : events_) {
        // Types are not measured: neither a foreign text nor a foreign type in place of this one must hide it.
        if (verdicts_[event->number] != ContentVerdict::Verified)
            doubtful = event;
        else if (utf8_without_nul(event->content) == text)
            return true;
    }
    if (doubtful == nullptr) return false;
    if (verdicts_[doubtful->number] == ContentVerdict::Mismatch) return not_as_written(*doubtful);
    return Unknown{"event " + std::to_string(doubtful->number) + " may be anything: nothing proves its content"};
}

Fact<std::string> FirmwareState::text(EventType type) const {
    if (incomplete_) return *incomplete_;
    const auto found = std::ranges::find_if(events_, [type](const BootEvent* event) { return event->type == type; });
    if (found == events_.end()) return Unknown{"firmware did not measure " + std::string(event_type_name(type))};
    if (verdicts_[(*found)->number] != ContentVerdict::Verified) return not_as_written(**found);
    const auto details = event_details(log_, **found);
    const auto* text = details ? std::get_if<TextEvent>(&*details) : nullptr;
    if (text == nullptr) return Unknown{"event " + std::to_string((*found)->number) + " is empty"};
    return text->text;
}

}  // namespace anchor::measure
