// SPDX-License-Identifier: Apache-2.0
#include "audit_trail.h"

namespace anchor::daemon {

Result<void> AuditTrail::append(const AuditEvent& event) {
    if (!log_) {
        ANCHOR_RETURN_IF_ERROR(open());
    }
    return log_->append(event);
}

Result<void> AuditTrail::open() {
    // Each refusal puts one file aside, and a log has two: the third try meets none that it refused before.
    for (int tries_left = 2;; --tries_left) {
        auto opened = store::AuditLog::open(disk_);
        if (opened) {
            log_.emplace(std::move(opened).value());
            return {};
        }
        if (opened.error().kind != ErrorKind::Corrupt || tries_left == 0) return std::move(opened).error();
        refused_(opened.error());
    }
}

}  // namespace anchor::daemon
