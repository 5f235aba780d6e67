// SPDX-License-Identifier: Apache-2.0
#pragma once

// The clock of this machine. A registry's own time has to be right: its owner keeps it so.

#include <anchor/core/clock.h>

namespace anchor::registryd {

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] SteadyTime steady() const override;
    [[nodiscard]] bool synchronised() const override;
};

}  // namespace anchor::registryd
