// SPDX-License-Identifier: Apache-2.0
#pragma once

// TrustNotice: the level as files in the folder of the running daemon (trust.json, metrics.prom), for programs that read files,
// before the wish goes on to the one who carries it out. The files inform and enforce nothing: that they can't be written keeps
// nothing else from happening.

#include <functional>
#include <optional>
#include <string>

#include <anchor/agent/parts.h>
#include <anchor/enforce/enforcer_group.h>

namespace anchor::daemon {

class TrustNotice final : public Enforcer {
public:
    using Log = std::function<void(agent::Severity, const std::string&)>;

    /// `next` must outlive it.
    TrustNotice(const std::string& folder, Enforcer& next, Log log);

    /// Errors are those of `next`; a file that can't be written is logged, each failure once.
    Result<void> apply(const Enforcement& wish) override;
    /// Tries again to write what could not be written: for every tick.
    void retry();
    /// What the daemon told before it was started again, by its file; nothing after a reboot.
    [[nodiscard]] std::optional<Enforcement> told_before() const;

private:
    void write();

    const std::string trust_file_;
    enforce::EnforcerGroup files_;
    Enforcer& next_;
    Log log_;
    Enforcement wish_;
    std::string last_failure_;
};

}  // namespace anchor::daemon
