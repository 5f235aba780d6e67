// SPDX-License-Identifier: Apache-2.0
#pragma once

// The operators as functions of known values: what the evaluator's instructions fall back to.

#include <span>
#include <string_view>

#include <anchor/cel/scratch.h>
#include <anchor/cel/value.h>

namespace anchor::cel {

enum class Relation : std::uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };

struct RelationName {
    std::string_view function;
    Relation relation;
    Relation mirrored;  ///< with the operands exchanged
};
/// The relation behind an operator's name; nullptr for another function.
[[nodiscard]] const RelationName* relation_of(std::string_view function) noexcept;

/// Texts of this size and more are paid for when they are compared.
constexpr std::size_t kPaidText = 256;
[[nodiscard]] Value relate(Relation relation, const Value& a, const Value& b, Scratch& scratch);
[[nodiscard]] Value is_in(const Value& element, const Value& container, Scratch& scratch);
[[nodiscard]] Value index(const Value& container, const Value& key, Scratch& scratch);
[[nodiscard]] Value optional_index(const Value& container, const Value& key, Scratch& scratch);

/// target.field, target.?field and has(target.field).
[[nodiscard]] Value select(const Value& target, const Value& field, Scratch& scratch);
[[nodiscard]] Value optional_select(const Value& target, const Value& field, Scratch& scratch);
[[nodiscard]] Value has_field(const Value& target, const Value& field);

}  // namespace anchor::cel
