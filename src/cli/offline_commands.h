// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands that need no daemon: they read files that may come from anywhere, also from another machine.

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::cli {

enum class LogForm : unsigned char { Table, Json, Yaml };

/// A measured boot log or an IMA list, which one is recognised by its content. `version` is tpm2_eventlog's --eventlog-version, for boot
/// logs as JSON and YAML. Unavailable: a form that this kind does not have, or a file that cannot be read. Rejected: the log is broken;
/// what could be read was shown.
[[nodiscard]] Result<int> show_log(const std::string& file, LogForm form, unsigned version, std::ostream& out);
/// What the registers must hold if the log is right; with a file of registers, whether they do. The exit code says so.
[[nodiscard]] Result<int> replay_log(const std::string& file, const std::optional<std::string>& pcrs, std::ostream& out);
/// The table of built-in claims; with a text, those with it in their names.
[[nodiscard]] Result<int> list_claims(const std::string& with, std::ostream& out);
/// The files of one audit log, oldest first.
[[nodiscard]] Result<int> verify_audit_files(const std::vector<std::string>& files, std::ostream& out);

}  // namespace anchor::cli
