// SPDX-License-Identifier: Apache-2.0
#include "strictness.h"

#include <algorithm>

#include "failures.h"

namespace anchor::cel {

bool all_known(std::span<const Value> arguments) noexcept {
    return std::all_of(arguments.begin(), arguments.end(), [](const Value& argument) { return argument.is_known(); });
}

Value failed_arguments(std::span<const Value> arguments, Arena& arena) {
    Value merged;
    for (const Value& argument : arguments) {
        if (argument.is_known()) continue;
        merged = merged.is_known() ? argument : merge_failures(merged, argument, arena);
    }
    return merged;
}

Value merge_failures(const Value& a, const Value& b, Arena& arena) {
    if (a.is(Kind::Unknown) && b.is(Kind::Unknown)) return merge_unknowns(arena, a, b);
    return b.is(Kind::Unknown) ? b : a;
}

Value as_failure(const Value& value) { return value.is_known() ? no_such_overload() : value; }

}  // namespace anchor::cel
