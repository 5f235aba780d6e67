// SPDX-License-Identifier: Apache-2.0
#pragma once

// Telemetry: the way of an application's value from the local socket to the board of claims. Who may put what follows from the
// policies in force and from nothing else; who somebody is comes from the kernel. On the loop thread.

#include <functional>
#include <optional>
#include <string>

#include <anchor/agent/parts.h>
#include <anchor/base/json.h>
#include <anchor/core/clock.h>
#include <anchor/observe/telemetry_board.h>
#include <anchor/policy/policy_set.h>

namespace anchor::daemon {

/// The uid behind a user's name; a number stands for itself. Nothing where there is no such user.
[[nodiscard]] std::optional<std::uint32_t> user_named(const std::string& name);

class Telemetry {
public:
    using Log = std::function<void(agent::Severity, const std::string&)>;
    using Users = std::function<std::optional<std::uint32_t>(const std::string&)>;

    /// The first two must outlive it. `arrived` is told of each value that was taken.
    Telemetry(observe::TelemetryBoard& board, const Clock& clock, Log log, std::function<void()> arrived, Users users = user_named)
        : board_(board), clock_(clock), log_(std::move(log)), arrived_(std::move(arrived)), users_(std::move(users)) {}

    /// From now on the claims that these policies declare may be put, each by the user it names. Where policies name different ones
    /// the first counts. A claim whose user is not on this machine can be put by nobody, which is logged.
    void follow(const policy::PolicySet& policies);

    /// {"name": …, "value": …}. Denied: nobody declared the name, or another user may put it. Rejected: the value is not of the
    /// declared type, or the parameters have another form.
    [[nodiscard]] Result<void> put(const Json& parameters, std::uint32_t uid);

private:
    void grant(const std::string& name, const policy::DeclaredClaim& claim, std::map<std::string, observe::TelemetryGrant>& into);

    observe::TelemetryBoard& board_;
    const Clock& clock_;
    Log log_;
    std::function<void()> arrived_;
    Users users_;
};

}  // namespace anchor::daemon
