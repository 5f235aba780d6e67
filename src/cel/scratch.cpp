// SPDX-License-Identifier: Apache-2.0
#include <anchor/cel/scratch.h>

#include "time_zone.h"

namespace anchor::cel {

Scratch::Scratch(const Limits& limits, TimeZoneFiles zones)
    : limits_(limits), arena_(limits.memory), budget_(limits.cost), zone_files_(zones) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

void Scratch::grow(std::size_t stack_values) { stack_.resize(stack_values); }

TimeZoneCache& Scratch::time_zones() {
    if (time_zones_ == nullptr) time_zones_ = std::make_unique<TimeZoneCache>(zone_files_);
    return *time_zones_;
}

}  // namespace anchor::cel
