// SPDX-License-Identifier: Apache-2.0
#pragma once

// AuditTrail: the audit log of a daemon that goes on without one. Opened when it is first written to, and again after a failure:
// a full or damaged disk is told and outlived.

#include <functional>
#include <optional>

#include <anchor/store/audit_log.h>

namespace anchor::daemon {

class AuditTrail final : public AuditSink {
public:
    /// The disk must outlive it. `refused` hears of a log whose chain is broken: it was put aside, and a new one begins.
    AuditTrail(Disk& disk, std::function<void(const Error&)> refused) : disk_(disk), refused_(std::move(refused)) {}

    Result<void> append(const AuditEvent& event) override;

private:
    [[nodiscard]] Result<void> open();

    Disk& disk_;
    std::function<void(const Error&)> refused_;
    std::optional<store::AuditLog> log_;
};

}  // namespace anchor::daemon
