// SPDX-License-Identifier: Apache-2.0
#include "system_clock.h"

#include <sys/timex.h>
#include <time.h>

namespace anchor::registryd {

WallTime SystemClock::wall() const { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady() const {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return SteadyTime(Milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000));
}

bool SystemClock::synchronised() const {
    timex state{};
    return adjtimex(&state) != TIME_ERROR && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
}

}  // namespace anchor::registryd
