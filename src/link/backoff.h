// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long to wait before the next attempt: a random part of a bound that doubles ("full jitter"), so that a fleet that lost
// its broker does not come back in one wave.

#include <algorithm>

#include <anchor/base/time.h>

namespace anchor::link {

class Backoff {
public:
    Backoff(Milliseconds first, Milliseconds longest) : first_(first), longest_(longest), bound_(first) {}

    /// `random` is uniform over all 32 bits.
    [[nodiscard]] Milliseconds next(std::uint32_t random) {
        const Milliseconds wait{static_cast<Milliseconds::rep>((static_cast<std::uint64_t>(bound_.count()) * random) >> 32U)};
        bound_ = std::min(bound_ * 2, longest_);
        return wait;
    }
    void reset() { bound_ = first_; }

private:
    Milliseconds first_;
    Milliseconds longest_;
    Milliseconds bound_;
};

}  // namespace anchor::link
