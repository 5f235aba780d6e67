// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands that ask the running daemon. Each prints to `out` and gives the exit code; an error goes to the caller, who
// prints it and takes its exit code from its kind.

#include <iosfwd>
#include <string>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

#include "terminal.h"

namespace anchor::cli {

struct AgentAccess {
    std::string socket = "/run/anchord/anchord.sock";
    Milliseconds patience = Seconds(60);  ///< a TPM is slow
};

struct StatusOptions {
    bool json = false;
    bool watch = false;
    bool exit_code = false;
};

[[nodiscard]] Result<int> show_status(const AgentAccess& agent, const StatusOptions& options, std::ostream& out, const Painter& paint);
/// What is wrong with a nonce; empty where nothing is.
[[nodiscard]] std::string complaint_about_nonce(const std::string& nonce);
/// Writes quote.msg, quote.sig, quote.pcrs and ak.pub into the folder, which is made where it is missing.
[[nodiscard]] Result<int> fetch_evidence(const AgentAccess& agent, const std::string& nonce, const std::string& folder, std::ostream& out);
[[nodiscard]] Result<int> attest_now(const AgentAccess& agent, bool json, std::ostream& out, const Painter& paint);
[[nodiscard]] Result<int> rotate_now(const AgentAccess& agent, std::ostream& out);
/// Has the device forget its owner. Denied unless `yes`.
[[nodiscard]] Result<int> reset_device(const AgentAccess& agent, bool yes, std::ostream& out);
[[nodiscard]] Result<int> import_document(const AgentAccess& agent, const std::string& file, std::ostream& out);
/// Judges another device's certificate, PEM or DER. Rejected with the reason where it is not to be trusted.
[[nodiscard]] Result<int> verify_peer(const AgentAccess& agent, const std::string& file, bool current, std::ostream& out);
/// A value that reads as a number, true or false is sent as one, all else as text.
[[nodiscard]] Result<int> put_telemetry(const AgentAccess& agent, const std::string& name, const std::string& value);
[[nodiscard]] Result<int> check_access(const AgentAccess& agent, const std::string& name, std::ostream& out);

}  // namespace anchor::cli
