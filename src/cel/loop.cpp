// SPDX-License-Identifier: Apache-2.0
#include "loop.h"

#include "code.h"
#include "failures.h"
#include "strictness.h"
#include "value_bits.h"

namespace anchor::cel {
namespace {

std::size_t range_size(const Value& range) { return ValueBits::extent(range); }

// Room for as many elements as the range has: the result can't have more.
Value empty_list(std::size_t room, Scratch& scratch) {
    auto* values = scratch.arena().allocate_array<Value>(room);
    return values == nullptr ? memory_exceeded() : Value::list({values, 0});
}

Value initial_result(const Value& range, Macro macro, Scratch& scratch) {
    switch (macro) {
        case Macro::All: return Value::boolean(true);
        case Macro::Exists: return Value::boolean(false);
        case Macro::ExistsOne: return Value::integer(0);
        case Macro::Map:
        case Macro::Filter: return empty_list(range_size(range), scratch);
        default: return empty_list(2 * range_size(range), scratch);
    }
}

// The room was made in loop_begin.
void push(Value& list, const Value& element) {
    const std::uint32_t size = ValueBits::extent(list);
    const_cast<Value*>(ValueBits::values(list))[size] = element;  // NOLINT: the arena's memory, handed out to this loop
    ValueBits::set_extent(list, size + 1);
}

// Keys and values in turn.
Value map_of(std::span<const Value> pairs, Scratch& scratch) {
    auto* entries = scratch.arena().allocate_array<MapEntry>(pairs.size() / 2);
    if (entries == nullptr) return memory_exceeded();
    for (std::size_t i = 0; i < pairs.size() / 2; ++i) entries[i] = {pairs[2 * i], pairs[2 * i + 1]};
    return make_map(scratch.arena(), {entries, pairs.size() / 2});
}

}  // namespace

bool loop_begin(Value* locals, const Value& range, Macro macro, Scratch& scratch) {
    if (!range.is(Kind::List) && !range.is(Kind::Map)) {
        locals[kLoopResult] = as_failure(range);
        return false;
    }
    locals[kLoopRange] = range;
    locals[kLoopPosition] = Value::integer(0);
    locals[kLoopResult] = initial_result(range, macro, scratch);
    return true;
}

bool loop_next(Value* locals, unsigned variables) {
    const Value& range = locals[kLoopRange];
    const std::int64_t position = ValueBits::integer(locals[kLoopPosition]);
    const auto at = static_cast<std::size_t>(position);
    if (at >= range_size(range)) return false;
    locals[kLoopPosition] = Value::integer(position + 1);
    Value* variable = locals + kLoopVariables;
    if (range.is(Kind::List)) {
        const Value& element = ValueBits::values(range)[at];
        variable[0] = variables == 1 ? element : Value::integer(position);
        if (variables == 2) variable[1] = element;
    } else {
        const MapEntry& entry = range.as_map().entries[at];
        variable[0] = entry.key;
        if (variables == 2) variable[1] = entry.value;
    }
    return true;
}

void loop_fail(Value* locals, const Value& what, Scratch& scratch) {
    Value& result = locals[kLoopResult];
    const Value failure = as_failure(what);
    result = result.is_known() ? failure : merge_failures(result, failure, scratch.arena());
}

void loop_append(Value* locals, const Value& element, Scratch& scratch) {
    Value& result = locals[kLoopResult];
    if (!element.is_known()) {
        loop_fail(locals, element, scratch);
    } else if (result.is(Kind::List)) {
        push(result, element);
    }
}

void loop_entry(Value* locals, const Value& value, Scratch& scratch) {
    Value& result = locals[kLoopResult];
    if (!value.is_known()) {
        loop_fail(locals, value, scratch);
    } else if (result.is(Kind::List)) {
        push(result, locals[kLoopVariables]);
        push(result, value);
    }
}

void loop_merge(Value* locals, const Value& map, Scratch& scratch) {
    Value& result = locals[kLoopResult];
    if (!map.is(Kind::Map)) return loop_fail(locals, map, scratch);
    const auto entries = map.as_map().entries;
    if (entries.size() != 1) return loop_fail(locals, bad_argument("transformMapEntry() wants maps of one entry"), scratch);
    if (!result.is(Kind::List)) return;
    push(result, entries[0].key);
    push(result, entries[0].value);
}

Value loop_end(const Value* locals, Macro macro, Scratch& scratch) {
    const Value& result = locals[kLoopResult];
    if (!result.is_known()) return result;
    if (macro == Macro::ExistsOne) return Value::boolean(ValueBits::integer(result) == 1);
    if (macro == Macro::TransformMap || macro == Macro::TransformMapEntry) return map_of(result.as_list(), scratch);
    return result;
}

}  // namespace anchor::cel
