// SPDX-License-Identifier: Apache-2.0
// Comparison, membership, and reaching into lists and maps.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "compare.h"
#include "failures.h"
#include "function_table.h"
#include "operators.h"

namespace anchor::cel {
namespace {

constexpr std::array kRelations{
    RelationName{"_==_", Relation::Equal, Relation::Equal}, RelationName{"_!=_", Relation::NotEqual, Relation::NotEqual},
    RelationName{"_<_", Relation::Less, Relation::Greater}, RelationName{"_<=_", Relation::LessEqual, Relation::GreaterEqual},
    RelationName{"_>_", Relation::Greater, Relation::Less}, RelationName{"_>=_", Relation::GreaterEqual, Relation::LessEqual}};

bool holds(Relation relation, std::partial_ordering ordering) {
    switch (relation) {
        case Relation::Less: return ordering < 0;
        case Relation::LessEqual: return ordering <= 0;
        case Relation::Greater: return ordering > 0;
        case Relation::GreaterEqual: return ordering >= 0;
        default: return false;
    }
}

// No value where the granted cost ends first.
std::optional<bool> paid_equal(const Value& a, const Value& b, Scratch& scratch) {
    std::uint64_t left = scratch.remaining();
    const bool same = equal_within(a, b, left);
    if (left == 0) {
        static_cast<void>(scratch.charge(scratch.remaining() + 1));
        return std::nullopt;
    }
    static_cast<void>(scratch.charge(scratch.remaining() - left));
    return same;
}

template <Relation R>
Value relate_two(std::span<const Value> arguments, Scratch& scratch) {
    return relate(R, arguments[0], arguments[1], scratch);
}

// A list index may be any number that is whole.
std::optional<std::int64_t> whole(const Value& value) {
    if (value.is(Kind::Int)) return value.as_int();
    if (value.is(Kind::Uint) && value.as_uint() <= INT64_MAX) return static_cast<std::int64_t>(value.as_uint());
    if (!value.is(Kind::Double)) return std::nullopt;
    const double real = value.as_double();
    if (std::trunc(real) != real || std::abs(real) > 9007199254740992.0) return std::nullopt;
    return static_cast<std::int64_t>(real);
}

struct Found {
    const Value* value = nullptr;
    Value failure;  // where there is no value
    bool is_absent = false;
};

Found find_element(std::span<const Value> list, const Value& key) {
    const auto position = whole(key);
    if (!position.has_value()) return {nullptr, no_such_overload(), false};
    if (*position < 0 || *position >= static_cast<std::int64_t>(list.size())) return {nullptr, index_out_of_range(), true};
    return {&list[static_cast<std::size_t>(*position)], {}, false};
}

Found find_entry(const MapStorage& map, const Value& key, Scratch& scratch) {
    if (!scratch.charge(1 + map.entries.size() / 16)) return {nullptr, cost_exceeded(), false};
    if (!is_map_key(key) && !key.is(Kind::Double)) return {nullptr, no_such_overload(), false};
    if (const Value* value = map.find(key)) return {value, {}, false};
    return {nullptr, no_such_key(), true};
}

Found find_in(const Value& container, const Value& key, Scratch& scratch) {
    if (container.is(Kind::List)) return find_element(container.as_list(), key);
    if (container.is(Kind::Map)) return find_entry(container.as_map(), key, scratch);
    return {nullptr, no_such_overload(), false};
}

Value index_two(std::span<const Value> arguments, Scratch& scratch) { return index(arguments[0], arguments[1], scratch); }
Value optional_index_two(std::span<const Value> arguments, Scratch& scratch) { return optional_index(arguments[0], arguments[1], scratch); }
Value is_in_two(std::span<const Value> arguments, Scratch& scratch) { return is_in(arguments[0], arguments[1], scratch); }

Value logical_not(std::span<const Value> arguments, Scratch&) {
    return arguments[0].is(Kind::Bool) ? Value::boolean(arguments[0].is_false()) : no_such_overload();
}

std::vector<std::string_view> ordered_signatures() {
    return {"(bool, bool) -> bool",           "(int, int) -> bool",           "(uint, uint) -> bool",
            "(double, double) -> bool",       "(string, string) -> bool",     "(bytes, bytes) -> bool",
            "(timestamp, timestamp) -> bool", "(duration, duration) -> bool", "(int, uint) -> bool",
            "(int, double) -> bool",          "(uint, int) -> bool",          "(uint, double) -> bool",
            "(double, int) -> bool",          "(double, uint) -> bool"};
}

}  // namespace

const RelationName* relation_of(std::string_view function) noexcept {
    const auto* found =
        std::find_if(kRelations.begin(), kRelations.end(), [&](const RelationName& one) { return one.function == function; });
    return found == kRelations.end() ? nullptr : found;
}

Value relate(Relation relation, const Value& a, const Value& b, Scratch& scratch) {
    if (relation == Relation::Equal || relation == Relation::NotEqual) {
        const auto same = paid_equal(a, b, scratch);
        return same.has_value() ? Value::boolean(*same == (relation == Relation::Equal)) : cost_exceeded();
    }
    const auto ordering = order(a, b);
    if (!ordering.has_value()) return no_such_overload();
    if (a.is(Kind::String) && !scratch.charge(a.as_string().size() / 16)) return cost_exceeded();
    return Value::boolean(holds(relation, *ordering));
}

Value is_in(const Value& element, const Value& container, Scratch& scratch) {
    if (container.is(Kind::Map)) {
        const Found found = find_entry(container.as_map(), element, scratch);
        return found.value != nullptr || found.is_absent ? Value::boolean(found.value != nullptr) : found.failure;
    }
    if (!container.is(Kind::List)) return no_such_overload();
    const auto list = container.as_list();
    for (const Value& one : list) {
        const auto same = paid_equal(one, element, scratch);
        if (!same.has_value()) return cost_exceeded();
        if (*same) return Value::boolean(true);
    }
    return Value::boolean(false);
}

Value index(const Value& container, const Value& key, Scratch& scratch) {
    if (container.is(Kind::Optional)) return optional_index(container, key, scratch);
    const Found found = find_in(container, key, scratch);
    return found.value != nullptr ? *found.value : found.failure;
}

Value optional_index(const Value& container, const Value& key, Scratch& scratch) {
    const Value* inner = &container;
    if (container.is(Kind::Optional)) inner = container.as_optional();
    if (inner == nullptr) return Value::none();
    const Found found = find_in(*inner, key, scratch);
    if (found.value != nullptr) return make_optional(scratch.arena(), *found.value);
    return found.is_absent ? Value::none() : found.failure;
}

Value select(const Value& target, const Value& field, Scratch& scratch) {
    if (target.is(Kind::Map)) return index(target, field, scratch);
    return target.is(Kind::Optional) ? optional_select(target, field, scratch) : no_such_overload();
}

Value optional_select(const Value& target, const Value& field, Scratch& scratch) {
    const Value* inner = &target;
    if (target.is(Kind::Optional)) inner = target.as_optional();
    if (inner == nullptr) return Value::none();
    return inner->is(Kind::Map) ? optional_index(*inner, field, scratch) : no_such_overload();
}

Value has_field(const Value& target, const Value& field) {
    if (target.is(Kind::Map)) return Value::boolean(target.as_map().find(field) != nullptr);
    if (!target.is(Kind::Optional)) return no_such_overload();
    return target.as_optional() == nullptr ? Value::boolean(false) : has_field(*target.as_optional(), field);
}

BuiltinFamily relation_operators() {
    return {
        {"_==_", relate_two<Relation::Equal>, {"(A, A) -> bool"}},
        {"_!=_", relate_two<Relation::NotEqual>, {"(A, A) -> bool"}},
        {"_<_", relate_two<Relation::Less>, ordered_signatures()},
        {"_<=_", relate_two<Relation::LessEqual>, ordered_signatures()},
        {"_>_", relate_two<Relation::Greater>, ordered_signatures()},
        {"_>=_", relate_two<Relation::GreaterEqual>, ordered_signatures()},
        {"@in", is_in_two, {"(A, list(A)) -> bool", "(A, map(A, B)) -> bool"}},
        {"_[_]",
         index_two,
         {"(list(A), int) -> A", "(map(A, B), A) -> B", "(optional_type(list(A)), int) -> optional_type(A)",
          "(optional_type(map(A, B)), A) -> optional_type(B)"}},
        {"_[?_]",
         optional_index_two,
         {"(list(A), int) -> optional_type(A)", "(map(A, B), A) -> optional_type(B)", "(optional_type(list(A)), int) -> optional_type(A)",
          "(optional_type(map(A, B)), A) -> optional_type(B)"},
         Extension::Optionals},
        {"!_", logical_not, {"(bool) -> bool"}},
    };
}

}  // namespace anchor::cel
