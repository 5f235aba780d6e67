// SPDX-License-Identifier: Apache-2.0
#pragma once

// The working memory of evaluations: a stack that grows to what the largest program needs and then stays, an
// arena for values that are made, and what is left of the granted cost. One per thread, used again and again.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/cel/arena.h>
#include <anchor/cel/environment.h>
#include <anchor/cel/value.h>

namespace anchor::cel {

class TimeZoneCache;

/// The TZif file (RFC 9636) of a zone such as "Europe/Zurich": relative, of letters, digits and "_-+/", without "..".
using TimeZoneFiles = Result<Bytes> (*)(const std::string& zone);

class Scratch {
public:
    /// Without `zones`, expressions know UTC and fixed offsets only: this module reads no files itself.
    explicit Scratch(const Limits& limits = {}, TimeZoneFiles zones = nullptr);
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();

    /// Where a function of the caller makes its result.
    [[nodiscard]] Arena& arena() noexcept { return arena_; }
    /// Takes `steps` of the granted cost; false where it is used up: then give up and return any value.
    [[nodiscard]] bool charge(std::uint64_t steps) noexcept {
        if (steps > budget_) {
            budget_ = 0;
            exhausted_ = true;
            return false;
        }
        budget_ -= steps;
        return true;
    }
    /// What is left of the granted cost.
    [[nodiscard]] std::uint64_t remaining() const noexcept { return budget_; }
    /// The cost of the last evaluation beyond its straight-line instructions.
    [[nodiscard]] std::uint64_t spent() const noexcept { return limits_.cost - budget_; }

    // For the evaluator.
    [[gnu::always_inline]] void begin(std::size_t stack_values) {
        arena_.reset();
        budget_ = limits_.cost;
        exhausted_ = false;
        if (stack_.size() < stack_values) grow(stack_values);
    }
    [[nodiscard]] Value* stack() noexcept { return stack_.data(); }
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }
    [[nodiscard]] TimeZoneCache& time_zones();
    [[nodiscard]] std::size_t regex_memory() const noexcept { return limits_.regex_memory; }

private:
    void grow(std::size_t stack_values);

    Limits limits_;
    Arena arena_;
    std::vector<Value> stack_;
    std::uint64_t budget_;
    bool exhausted_ = false;
    TimeZoneFiles zone_files_;
    std::unique_ptr<TimeZoneCache> time_zones_;
};

}  // namespace anchor::cel
