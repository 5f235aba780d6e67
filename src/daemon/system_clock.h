// SPDX-License-Identifier: Apache-2.0
#pragma once

// SystemClock: the machine's clocks. The wall clock belongs to whoever may set it; how far it is believed is judged elsewhere.

#include <anchor/core/clock.h>

namespace anchor::daemon {

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    /// CLOCK_BOOTTIME: it goes on while the machine sleeps.
    [[nodiscard]] SteadyTime steady() const override;
    /// What the kernel was told by the program that keeps the time (adjtimex(2)).
    [[nodiscard]] bool synchronised() const override;
};

}  // namespace anchor::daemon
