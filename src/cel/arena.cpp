// SPDX-License-Identifier: Apache-2.0
#include <anchor/cel/arena.h>

#include <algorithm>

namespace anchor::cel {
namespace {
constexpr std::size_t kFirstBlock = 256;
constexpr std::size_t kLargestStep = std::size_t{64} << 10U;
}  // namespace

void* Arena::allocate(std::size_t octets) noexcept {
    if (octets > limit_) return nullptr;
    const std::size_t rounded = (octets + kAlignment - 1) / kAlignment * kAlignment;
    if (rounded > limit_ - std::min(used_, limit_)) return nullptr;
    if (next_ == nullptr || static_cast<std::size_t>(end_ - next_) < rounded) {
        const std::size_t grown = blocks_.empty() ? kFirstBlock : std::min(blocks_.back().size() * 2, kLargestStep);
        const std::size_t size = std::max(grown, rounded);
        next_ = blocks_.emplace_back(size).data();
        end_ = next_ + size;
    }
    std::byte* const place = next_;
    next_ += rounded;
    used_ += rounded;
    return place;
}

// One block that held everything last time is kept, so that steady use does not allocate.
void Arena::rewind() noexcept {
    if (blocks_.size() > 1) {
        std::size_t total = 0;
        for (const Block& block : blocks_) total += block.size();
        blocks_.clear();
        blocks_.emplace_back(total);
    }
    next_ = blocks_.front().data();
    end_ = next_ + blocks_.front().size();
    used_ = 0;
}

}  // namespace anchor::cel
