// SPDX-License-Identifier: Apache-2.0
#pragma once

// What firmware itself has measured, before it let anybody else run.

#include <anchor/measure/boot_facts.h>
#include <anchor/measure/event_log_content.h>

namespace anchor::measure {

/// The events of one register before its separator, with what is known of their contents.
class FirmwareState {
public:
    /// `verdicts` has one entry an event of the log.
    FirmwareState(const EventLog& log, std::span<const ContentVerdict> verdicts, unsigned pcr);

    /// A variable's data. Unknown where it was not measured, twice with different data, or not as written.
    [[nodiscard]] Fact<ByteView> variable(std::string_view vendor, std::string_view name) const;
    /// A variable of one octet, 0 or 1; no data is 0.
    [[nodiscard]] Fact<bool> flag(std::string_view vendor, std::string_view name) const;
    /// Whether this action was measured.
    [[nodiscard]] Fact<bool> action(std::string_view text) const;
    /// The text of the first event of this type.
    [[nodiscard]] Fact<std::string> text(EventType type) const;

private:
    const EventLog& log_;
    std::span<const ContentVerdict> verdicts_;
    std::string name_;
    std::vector<const BootEvent*> events_;
    std::optional<Unknown> incomplete_;
};

}  // namespace anchor::measure
