// SPDX-License-Identifier: Apache-2.0
#include "membership.h"

#include <algorithm>
#include <vector>

#include "value_bits.h"

namespace anchor::cel {

Kind uniform_kind(std::span<const Value> list) {
    if (list.empty()) return Kind::Null;
    const Kind kind = list[0].kind();
    if (kind != Kind::Int && kind != Kind::String) return Kind::Null;
    return std::all_of(list.begin(), list.end(), [&](const Value& one) { return one.is(kind); }) ? kind : Kind::Null;
}

Value as_set(Arena& arena, std::span<const Value> list) {
    std::vector<Value> sorted(list.begin(), list.end());
    const auto less = [](const Value& a, const Value& b) {
        return a.is(Kind::Int) ? a.as_int() < b.as_int() : a.as_string() < b.as_string();
    };
    std::sort(sorted.begin(), sorted.end(), less);
    std::vector<MapEntry> entries;
    for (const Value& one : sorted) {
        if (entries.empty() || !equal(entries.back().key, one)) entries.push_back({one, Value::null()});
    }
    return make_map(arena, entries);
}

std::uint64_t cost_of_set(const Value& element) noexcept { return 1 + ValueBits::extent(element) / kOctetsPerStep; }

}  // namespace anchor::cel
