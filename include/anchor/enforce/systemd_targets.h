// SPDX-License-Identifier: Apache-2.0
#pragma once

// SystemdTargets: starts anchord-<level>.target. The five targets are in conflict with each other, so that starting one
// stops the one before it and all that is bound to it.

#include <optional>
#include <string>

#include <anchor/base/time.h>
#include <anchor/core/enforcer.h>

namespace anchor::enforce {

class SystemdTargets final : public Enforcer {
public:
    /// `systemctl` is run directly, without a shell: it finds the service manager also where no message bus runs yet.
    SystemdTargets(std::string systemctl, Milliseconds deadline) : systemctl_(std::move(systemctl)), deadline_(deadline) {}

    /// Asks for the target and does not wait until it is reached; the same one again only where it is not active. Unavailable where
    /// systemd refuses or does not answer.
    Result<void> apply(const Enforcement& wish) override;

private:
    std::string systemctl_;
    Milliseconds deadline_;
    std::optional<Level> started_;
};

}  // namespace anchor::enforce
