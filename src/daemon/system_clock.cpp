// SPDX-License-Identifier: Apache-2.0
#include "system_clock.h"

#include <sys/timex.h>
#include <time.h>

#include <cstdlib>

namespace anchor::daemon {
namespace {

// Both clocks exist on every kernel that we run on: without them no interval means anything.
Milliseconds read(clockid_t id) {
    timespec now{};
    if (::clock_gettime(id, &now) != 0) std::abort();
    return std::chrono::duration_cast<Milliseconds>(Seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

WallTime SystemClock::wall() const { return WallTime(read(CLOCK_REALTIME)); }

SteadyTime SystemClock::steady() const { return SteadyTime(read(CLOCK_BOOTTIME)); }

bool SystemClock::synchronised() const {
    timex query{};
    const int state = ::adjtimex(&query);
    return state >= 0 && state != TIME_ERROR && (query.status & STA_UNSYNC) == 0;
}

}  // namespace anchor::daemon
