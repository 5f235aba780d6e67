// SPDX-License-Identifier: Apache-2.0
#include "patience.h"

#include <algorithm>

namespace anchor::tpm {

std::optional<Milliseconds> Patience::after(Answer answer) noexcept {
    constexpr Milliseconds kLongest{256};
    if (answer != Answer::Later && answer != Answer::Room) return std::nullopt;
    if (left_ <= Milliseconds{0}) return std::nullopt;
    const Milliseconds wait = std::min(next_, left_);
    left_ -= wait;
    next_ = std::min(next_ * 2, kLongest);
    return wait;
}

}  // namespace anchor::tpm
