// SPDX-License-Identifier: Apache-2.0
#pragma once

// WardenCourier: brings the newest wish to an enforcer that may take its time (the warden runs hooks), away from the loop. A wish
// that could not be carried out stands until it could, or until a newer one takes its place. One that was is brought again every minute:
// others undo it, a restart of nftables among them, and the warden does again only what is undone.

#include <functional>
#include <optional>
#include <string>

#include <anchor/agent/parts.h>
#include <anchor/core/enforcer.h>
#include <anchor/core/worker.h>

#include "system_clock.h"

namespace anchor::daemon {

class WardenCourier final : public Enforcer {
public:
    using Log = std::function<void(agent::Severity, const std::string&)>;

    using Now = std::function<SteadyTime()>;
    static constexpr Milliseconds kAgainAfter = Seconds(60);

    /// Both must outlive it; the worker should be the enforcer's own, as it may be kept waiting for long.
    WardenCourier(
        Worker& worker, Enforcer& enforcer, Log log, Now now = [] { return SystemClock().steady(); })
        : worker_(worker), enforcer_(enforcer), log_(std::move(log)), now_(std::move(now)) {}

    /// Takes the wish; never fails. What becomes of it is logged, each failure once.
    Result<void> apply(const Enforcement& wish) override;
    /// Tries again what stands, and brings again what was carried out a minute ago: for every tick.
    void retry();

private:
    void send();
    void returned(const Result<void>& outcome);

    Worker& worker_;
    Enforcer& enforcer_;
    Log log_;
    Now now_;
    std::optional<Enforcement> wish_;
    SteadyTime again_at_{};
    bool standing_ = false;   // the newest wish is not carried out
    bool under_way_ = false;  // one is with the enforcer
    bool newer_ = false;      // and by now there is another
    std::string last_failure_;
};

}  // namespace anchor::daemon
