// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory for values that an evaluation makes: handed out front to back, given back all at once. It has a
// limit, so that no expression can take more memory than its author was granted.

#include <cstddef>
#include <span>
#include <vector>

namespace anchor::cel {

class Arena {
public:
    static constexpr std::size_t kDefaultLimit = std::size_t{1} << 20U;

    explicit Arena(std::size_t limit = kDefaultLimit) noexcept : limit_(limit) {}
    Arena(Arena&&) noexcept = default;
    Arena& operator=(Arena&&) noexcept = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() = default;

    /// Memory for `octets`, aligned for any value; nullptr where the limit would be exceeded.
    [[nodiscard]] void* allocate(std::size_t octets) noexcept;

    /// Uninitialised room for `count` objects without destructors; nullptr where the limit would be exceeded.
    template <class T>
    [[nodiscard]] T* allocate_array(std::size_t count) noexcept {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
        if (count > limit_ / sizeof(T)) return nullptr;
        return static_cast<T*>(allocate(count * sizeof(T)));
    }

    /// Forgets everything. Keeps the memory for the next use. Costs nothing where nothing was allocated.
    void reset() noexcept {
        if (used_ != 0) rewind();
    }

    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    static constexpr std::size_t kAlignment = 8;
    using Block = std::vector<std::byte>;

    void rewind() noexcept;

    std::size_t limit_;
    std::size_t used_ = 0;
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::vector<Block> blocks_;
};

}  // namespace anchor::cel
