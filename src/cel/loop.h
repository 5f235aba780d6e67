// SPDX-License-Identifier: Apache-2.0
#pragma once

// The steps of a comprehension that are not worth to stand in the evaluator's loop. `locals` points at the
// first local of the loop (see code.h).

#include <anchor/cel/scratch.h>
#include <anchor/cel/value.h>

#include "ast.h"

namespace anchor::cel {

/// Prepares the locals; false where the range is none: then the result is in its place.
[[nodiscard]] bool loop_begin(Value* locals, const Value& range, Macro macro, Scratch& scratch);
/// Sets the variables to the next element; false at the end.
[[nodiscard]] bool loop_next(Value* locals, unsigned variables);
/// Something that is neither true nor false, or an element that has no value, becomes part of the result.
void loop_fail(Value* locals, const Value& what, Scratch& scratch);
void loop_append(Value* locals, const Value& element, Scratch& scratch);
void loop_entry(Value* locals, const Value& value, Scratch& scratch);
void loop_merge(Value* locals, const Value& map, Scratch& scratch);
[[nodiscard]] Value loop_end(const Value* locals, Macro macro, Scratch& scratch);

}  // namespace anchor::cel
