// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pulse: that both threads are alive, the loop's and the worker's, told to the service manager's watchdog. A job may rightly take minutes
// (a TPM that makes an RSA key, one that hangs until its deadline), and a restart would only begin it anew; beyond kLongestJob a thread
// hangs.

#include <functional>

#include <anchor/core/clock.h>
#include <anchor/core/worker.h>

namespace anchor::daemon {

class Pulse {
public:
    /// A few TPM commands that each end at their deadline.
    static constexpr Milliseconds kLongestJob{600'000};

    /// Worker and clock must outlive it, and it what waits on the loop.
    Pulse(Worker& worker, const Clock& clock, std::function<void()> beat) : worker_(worker), clock_(clock), beat_(std::move(beat)) {}

    /// Beats once the worker has done what it was given before, and now, where it still does an earlier thing.
    void tick();

private:
    Worker& worker_;
    const Clock& clock_;
    std::function<void()> beat_;
    bool waits_ = false;
    SteadyTime asked_{};
};

}  // namespace anchor::daemon
