// SPDX-License-Identifier: Apache-2.0
#include "rate_bound.h"

#include <algorithm>

namespace anchor::registry {

Admission RateBound::ask(std::string_view who, SteadyTime now) {
    auto found = buckets_.find(who);
    if (found == buckets_.end()) {
        if (buckets_.size() >= askers_) forget_the_quiet(now);
        if (buckets_.size() >= askers_) return Admission::Drop;
        found = buckets_.emplace(std::string(who), Bucket{burst_, now, false}).first;
    }
    Bucket& bucket = found->second;
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    bucket.tokens = std::min(burst_, bucket.tokens + seconds * per_second_);
    bucket.at = now;
    if (bucket.tokens < 1) return std::exchange(bucket.told, true) ? Admission::Drop : Admission::Refuse;
    bucket.tokens -= 1;
    bucket.told = false;
    return Admission::Pass;
}

// Whoever has not asked for so long that his bucket is full again is as good as new.
void RateBound::forget_the_quiet(SteadyTime now) {
    std::erase_if(buckets_, [&](const auto& one) {
        const double seconds = std::chrono::duration<double>(now - one.second.at).count();
        return one.second.tokens + seconds * per_second_ >= burst_;
    });
}

}  // namespace anchor::registry
