// SPDX-License-Identifier: Apache-2.0
#include "pulse.h"

namespace anchor::daemon {

void Pulse::tick() {
    const SteadyTime now = clock_.steady();
    if (waits_) {
        if (now - asked_ < kLongestJob) beat_();
        return;
    }
    waits_ = true;
    asked_ = now;
    worker_.run([] {},
                [this] {
                    waits_ = false;
                    beat_();
                });
}

}  // namespace anchor::daemon
