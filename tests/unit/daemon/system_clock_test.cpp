// SPDX-License-Identifier: Apache-2.0
#include <daemon/system_clock.h>

#include <gtest/gtest.h>

#include <chrono>

namespace anchor::daemon {
namespace {

TEST(SystemClock, SaysTheSystemsDate) {
    const auto before = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());

    const WallTime now = SystemClock().wall();

    EXPECT_GE(now, before);
    EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(SystemClock, CountsFromTheBootAndNeverBackwards) {
    const SystemClock clock;

    const SteadyTime first = clock.steady();
    const SteadyTime second = clock.steady();

    EXPECT_GT(first, SteadyTime{});
    EXPECT_GE(second, first);
    // A start before the boot is one that a suspend was left out of: CLOCK_BOOTTIME is never behind CLOCK_MONOTONIC.
    EXPECT_GE(clock.steady().time_since_epoch() + Milliseconds(1),
              std::chrono::floor<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch() - std::chrono::seconds(1)));
}

}  // namespace
}  // namespace anchor::daemon
