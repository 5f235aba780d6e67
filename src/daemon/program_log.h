// SPDX-License-Identifier: Apache-2.0
#pragma once

// The daemon's log: lines on standard error, for a person or for journald. What foreigners sent may be quoted in a line, so
// a line stays one line.

#include <string>
#include <string_view>

#include <anchor/agent/parts.h>

#include "config.h"

namespace anchor::daemon {

enum class LogForm : std::uint8_t {
    Text,     ///< with time and level
    Journal,  ///< with the priority in front ("<4>", sd-daemon(3)); the journal knows the time
};

/// Journal where standard error is the journal's stream (systemd.exec(5), $JOURNAL_STREAM).
[[nodiscard]] LogForm log_form_of_surroundings();

void open_log(LogForm form, LogLevel least);
/// From the loop thread alone.
void log(agent::Severity severity, std::string_view text);

/// The text with every control character replaced, and no longer than a line should be.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace anchor::daemon
