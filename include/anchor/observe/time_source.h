// SPDX-License-Identifier: Apache-2.0
#pragma once

// The claims time.now, time.synchronised and time.error_bound: the clock, and whether the kernel believes it. The floor is not
// known here: who keeps it makes time.floor and time.before_floor.

#include <functional>

#include <anchor/base/result.h>
#include <anchor/core/claim_source.h>

namespace anchor::observe {

/// What the kernel says about its clock (adjtimex(2)).
struct ClockState {
    WallTime now{};
    bool synchronised = false;
    Milliseconds error_bound{0};
};

class TimeSource final : public ClaimSource {
public:
    using Look = std::function<Result<ClockState>()>;
    explicit TimeSource(Look look = look_at_clock) : look_(std::move(look)) {}
    [[nodiscard]] std::string_view name() const noexcept override { return "time"; }
    void collect(SteadyTime now, Claims& into) override;

    /// Asks the system.
    [[nodiscard]] static Result<ClockState> look_at_clock();

private:
    Look look_;
};

}  // namespace anchor::observe
