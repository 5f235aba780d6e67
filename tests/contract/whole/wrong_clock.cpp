// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program, it gives it another wall clock than the machine's, as a dead battery does: WRONG_CLOCK names the seconds to
// add. It is not synchronised, unless WRONG_CLOCK_SYNCHRONISED is set. What counts intervals is left as it is.
#include <dlfcn.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#include <cstdlib>

namespace {

time_t shift() {
    static const char* const seconds = std::getenv("WRONG_CLOCK");
    return seconds == nullptr ? 0 : static_cast<time_t>(std::atoll(seconds));
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* now) noexcept {
    static auto* const clock = real<int(clockid_t, timespec*)>("clock_gettime");
    const int failed = clock(id, now);
    if (failed == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return failed;
}

int gettimeofday(timeval* now, void* zone) noexcept {
    static auto* const clock = real<int(timeval*, void*)>("gettimeofday");
    const int failed = clock(now, zone);
    if (failed == 0) now->tv_sec += shift();
    return failed;
}

time_t time(time_t* now) noexcept {
    timespec precise{};
    (void)clock_gettime(CLOCK_REALTIME, &precise);
    if (now != nullptr) *now = precise.tv_sec;
    return precise.tv_sec;
}

int adjtimex(timex* query) noexcept {
    static const bool synchronised = std::getenv("WRONG_CLOCK_SYNCHRONISED") != nullptr;
    query->status = synchronised ? 0 : STA_UNSYNC;
    return synchronised ? TIME_OK : TIME_ERROR;
}
}
