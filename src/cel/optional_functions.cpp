// SPDX-License-Identifier: Apache-2.0
// Optional values. Selection and indexing of them are operators; optMap and optFlatMap are macros.
#include "failures.h"
#include "function_table.h"

namespace anchor::cel {
namespace {

constexpr Extension kOptionals = Extension::Optionals;

bool is_zero(const Value& value) {
    switch (value.kind()) {
        case Kind::Null: return true;
        case Kind::Bool: return !value.as_bool();
        case Kind::Int: return value.as_int() == 0;
        case Kind::Uint: return value.as_uint() == 0;
        case Kind::Double: return value.as_double() == 0;
        case Kind::String: return value.as_string().empty();
        case Kind::Bytes: return value.as_bytes().empty();
        case Kind::List: return value.as_list().empty();
        case Kind::Map: return value.as_map().entries.empty();
        case Kind::Duration: return value.as_duration().count() == 0;
        case Kind::Timestamp: return value.as_timestamp() == Timestamp{};
        case Kind::Optional: return value.as_optional() == nullptr;
        default: return false;
    }
}

Value none(std::span<const Value>, Scratch&) { return Value::none(); }
Value of(std::span<const Value> a, Scratch& scratch) { return make_optional(scratch.arena(), a[0]); }
Value of_non_zero(std::span<const Value> a, Scratch& scratch) {
    return is_zero(a[0]) ? Value::none() : make_optional(scratch.arena(), a[0]);
}
Value has_value(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Optional) ? Value::boolean(a[0].as_optional() != nullptr) : no_such_overload();
}
Value value_of(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::Optional)) return no_such_overload();
    return a[0].as_optional() != nullptr ? *a[0].as_optional() : Value::error(ErrorCode::NoSuchKey, "value() of optional.none()");
}
Value or_optional(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::Optional) || !a[1].is(Kind::Optional)) return no_such_overload();
    return a[0].as_optional() != nullptr ? a[0] : a[1];
}
Value or_value(std::span<const Value> a, Scratch&) {
    if (!a[0].is(Kind::Optional)) return no_such_overload();
    return a[0].as_optional() != nullptr ? *a[0].as_optional() : a[1];
}

Value unwrap(std::span<const Value> a, Scratch& scratch) {
    if (!a[0].is(Kind::List)) return no_such_overload();
    const auto list = a[0].as_list();
    auto* room = scratch.arena().allocate_array<Value>(list.size());
    if (room == nullptr || !scratch.charge(list.size())) return room == nullptr ? memory_exceeded() : cost_exceeded();
    std::size_t kept = 0;
    for (const Value& one : list) {
        if (!one.is(Kind::Optional)) return no_such_overload();
        if (one.as_optional() != nullptr) room[kept++] = *one.as_optional();
    }
    return Value::list({room, kept});
}

}  // namespace

BuiltinFamily optional_extension() {
    return {
        {"optional.none", none, {"() -> optional_type(A)"}, kOptionals},
        {"optional.of", of, {"(A) -> optional_type(A)"}, kOptionals},
        {"optional.ofNonZeroValue", of_non_zero, {"(A) -> optional_type(A)"}, kOptionals},
        {"optional.unwrap", unwrap, {"(list(optional_type(A))) -> list(A)"}, kOptionals},
        {"unwrapOpt", unwrap, {"list(optional_type(A)).() -> list(A)"}, kOptionals},
        {"hasValue", has_value, {"optional_type(A).() -> bool"}, kOptionals},
        {"value", value_of, {"optional_type(A).() -> A"}, kOptionals},
        {"or", or_optional, {"optional_type(A).(optional_type(A)) -> optional_type(A)"}, kOptionals},
        {"orValue", or_value, {"optional_type(A).(A) -> A"}, kOptionals},
    };
}

}  // namespace anchor::cel
