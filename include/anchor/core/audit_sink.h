// SPDX-License-Identifier: Apache-2.0
#pragma once

// AuditSink: where what happened is written down for later, in a form that shows when someone tampered with it.

#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor {

struct AuditEvent {
    WallTime at{};
    std::string what;  ///< "level", "standing", "enrolled", "certificate", "policy", "tpm", …
    std::vector<std::pair<std::string, std::string>> details;
};

class AuditSink {
public:
    virtual ~AuditSink() = default;
    /// A failure to write is reported, and is no reason to stop: the caller goes on.
    [[nodiscard]] virtual Result<void> append(const AuditEvent& event) = 0;
};

}  // namespace anchor
