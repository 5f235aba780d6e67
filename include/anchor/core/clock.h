// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clock: the only way in which judgement learns the time. Tests turn it by hand.

#include <anchor/base/time.h>

namespace anchor {

class Clock {
public:
    virtual ~Clock() = default;

    /// What the system believes the date is. May be wrong by years; see synchronised().
    [[nodiscard]] virtual WallTime wall() const = 0;
    /// For intervals: never jumps, goes on during suspend, starts anew with every boot.
    [[nodiscard]] virtual SteadyTime steady() const = 0;
    /// Whether the system says that its wall clock follows a time source (adjtimex, STA_UNSYNC clear).
    [[nodiscard]] virtual bool synchronised() const = 0;
};

}  // namespace anchor
