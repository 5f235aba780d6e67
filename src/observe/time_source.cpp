// SPDX-License-Identifier: Apache-2.0
#include <anchor/observe/time_source.h>

#include <sys/timex.h>

#include <cerrno>
#include <chrono>

#include <anchor/base/file.h>

#include "system_file.h"

namespace anchor::observe {

void TimeSource::collect(SteadyTime now, Claims& into) {
    const auto state = look_();
    if (!state) {
        ClaimWriter claim("kernel", now, into);
        for (const char* name : {"time.now", "time.synchronised", "time.error_bound"}) claim.unknown(name, state.error());
        return;
    }
    ClaimWriter("system", now, into).set("time.now", state->now);
    ClaimWriter claim("kernel", now, into);
    claim.set("time.synchronised", state->synchronised);
    claim.set("time.error_bound", state->error_bound);
}

Result<ClockState> TimeSource::look_at_clock() {
    ::timex state{};  // modes = 0: only reads, needs no privilege
    if (::adjtimex(&state) < 0) return from_errno("adjtimex", errno);
    const auto now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    return ClockState{now, (state.status & STA_UNSYNC) == 0, Milliseconds{state.maxerror / 1000}};
}

}  // namespace anchor::observe
