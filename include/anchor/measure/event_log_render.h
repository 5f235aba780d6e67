// SPDX-License-Identifier: Apache-2.0
#pragma once

// Measured boot logs for people and scripts. YAML and JSON have the keys and values of tpm2_eventlog(1), so that scripts
// can change over. Texts from the log are escaped: a log can't forge lines, keys or terminal sequences.

#include <anchor/measure/event_log_replay.h>

namespace anchor::measure {

struct EventLogStyle {
    /// tpm2_eventlog --eventlog-version: 2 shows signature lists, boot options, partitions and localities in parts.
    unsigned version = 1;
    /// "PciRoot(0x0)/…" as tpm2_eventlog built with efivar prints, instead of hexadecimal.
    bool device_paths_as_text = false;
};

/// Events, then "pcrs" as they replay. Where tpm2_eventlog differs: it cuts values after 1024 octets; it prints logs of
/// the old form without list items, which no YAML reader accepts; for a broken log it fails, where we add "problem".
[[nodiscard]] std::string render_event_log_yaml(const EventLog& log, const EventLogStyle& style = {});
/// The same tree. Numbers that YAML shows in hexadecimal are numbers, registers are texts ("0x…").
[[nodiscard]] std::string render_event_log_json(const EventLog& log, const EventLogStyle& style = {});
/// One line an event: number, register, type, whether its content is what was measured, and what it says.
[[nodiscard]] std::string render_event_log_table(const EventLog& log);
/// What one event says, in one line without control characters: "SecureBoot = on", "Boot0001 Linux, HD(1,GPT,…)".
[[nodiscard]] std::string describe_event(const EventLog& log, const BootEvent& event);

/// The comparison with registers: one line a register, and for each that differs the events that were not explained.
[[nodiscard]] std::string render_replay_report(const EventLog& log, const ReplayReport& report);

}  // namespace anchor::measure
