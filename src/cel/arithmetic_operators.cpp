// SPDX-License-Identifier: Apache-2.0
// + - * / % and the sign; an overflow is an error value, as the specification wants.
#include <cmath>
#include <cstring>
#include <limits>

#include "failures.h"
#include "function_table.h"
#include "timestamp.h"

namespace anchor::cel {
namespace {

constexpr std::int64_t kLeastInt = std::numeric_limits<std::int64_t>::min();

bool both(std::span<const Value> a, Kind first, Kind second) { return a[0].is(first) && a[1].is(second); }
bool both(std::span<const Value> a, Kind kind) { return both(a, kind, kind); }

Value checked(std::optional<Timestamp> time) { return time.has_value() ? Value::timestamp(*time) : overflow(); }

Value joined_text(std::string_view a, std::string_view b, Scratch& scratch, Value (*wrap)(std::string_view)) {
    const std::size_t size = a.size() + b.size();
    if (!scratch.charge(size / 16)) return cost_exceeded();
    auto* room = scratch.arena().allocate_array<char>(size);
    if (room == nullptr) return memory_exceeded();
    if (!a.empty()) std::memcpy(room, a.data(), a.size());
    if (!b.empty()) std::memcpy(room + a.size(), b.data(), b.size());
    return wrap({room, size});
}

Value joined_list(std::span<const Value> a, std::span<const Value> b, Scratch& scratch) {
    const std::size_t size = a.size() + b.size();
    if (!scratch.charge(size)) return cost_exceeded();
    auto* room = scratch.arena().allocate_array<Value>(size);
    if (room == nullptr) return memory_exceeded();
    std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), room));
    return Value::list({room, size});
}

Value wrap_string(std::string_view text) { return Value::string(text); }
Value wrap_bytes(std::string_view text) { return Value::bytes(as_bytes(text)); }

Value add_durations(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? overflow() : Value::duration(std::chrono::nanoseconds(sum));
}

Value add(std::span<const Value> a, Scratch& scratch) {
    if (both(a, Kind::Int)) {
        std::int64_t sum = 0;
        return __builtin_add_overflow(a[0].as_int(), a[1].as_int(), &sum) ? overflow() : Value::integer(sum);
    }
    if (both(a, Kind::Uint)) {
        std::uint64_t sum = 0;
        return __builtin_add_overflow(a[0].as_uint(), a[1].as_uint(), &sum) ? overflow() : Value::natural(sum);
    }
    if (both(a, Kind::Double)) return Value::real(a[0].as_double() + a[1].as_double());
    if (both(a, Kind::String)) return joined_text(a[0].as_string(), a[1].as_string(), scratch, wrap_string);
    if (both(a, Kind::Bytes)) return joined_text(as_text(a[0].as_bytes()), as_text(a[1].as_bytes()), scratch, wrap_bytes);
    if (both(a, Kind::List)) return joined_list(a[0].as_list(), a[1].as_list(), scratch);
    if (both(a, Kind::Timestamp, Kind::Duration)) return checked(cel::add(a[0].as_timestamp(), a[1].as_duration()));
    if (both(a, Kind::Duration, Kind::Timestamp)) return checked(cel::add(a[1].as_timestamp(), a[0].as_duration()));
    if (both(a, Kind::Duration)) return add_durations(a[0].as_duration().count(), a[1].as_duration().count());
    return no_such_overload();
}

Value subtract(std::span<const Value> a, Scratch&) {
    if (both(a, Kind::Int)) {
        std::int64_t rest = 0;
        return __builtin_sub_overflow(a[0].as_int(), a[1].as_int(), &rest) ? overflow() : Value::integer(rest);
    }
    if (both(a, Kind::Uint)) return a[0].as_uint() < a[1].as_uint() ? overflow() : Value::natural(a[0].as_uint() - a[1].as_uint());
    if (both(a, Kind::Double)) return Value::real(a[0].as_double() - a[1].as_double());
    if (both(a, Kind::Timestamp, Kind::Duration)) return checked(cel::subtract(a[0].as_timestamp(), a[1].as_duration()));
    if (both(a, Kind::Timestamp)) {
        const auto between = difference(a[0].as_timestamp(), a[1].as_timestamp());
        return between.has_value() ? Value::duration(*between) : overflow();
    }
    if (both(a, Kind::Duration)) {
        std::int64_t rest = 0;
        const bool overflows = __builtin_sub_overflow(a[0].as_duration().count(), a[1].as_duration().count(), &rest);
        return overflows ? overflow() : Value::duration(std::chrono::nanoseconds(rest));
    }
    return no_such_overload();
}

Value multiply(std::span<const Value> a, Scratch&) {
    if (both(a, Kind::Int)) {
        std::int64_t product = 0;
        return __builtin_mul_overflow(a[0].as_int(), a[1].as_int(), &product) ? overflow() : Value::integer(product);
    }
    if (both(a, Kind::Uint)) {
        std::uint64_t product = 0;
        return __builtin_mul_overflow(a[0].as_uint(), a[1].as_uint(), &product) ? overflow() : Value::natural(product);
    }
    if (both(a, Kind::Double)) return Value::real(a[0].as_double() * a[1].as_double());
    return no_such_overload();
}

Value divide(std::span<const Value> a, Scratch&) {
    if (both(a, Kind::Int)) {
        if (a[1].as_int() == 0) return divided_by_zero();
        if (a[0].as_int() == kLeastInt && a[1].as_int() == -1) return overflow();
        return Value::integer(a[0].as_int() / a[1].as_int());
    }
    if (both(a, Kind::Uint)) return a[1].as_uint() == 0 ? divided_by_zero() : Value::natural(a[0].as_uint() / a[1].as_uint());
    if (both(a, Kind::Double)) return Value::real(a[0].as_double() / a[1].as_double());
    return no_such_overload();
}

Value remainder(std::span<const Value> a, Scratch&) {
    if (both(a, Kind::Int)) {
        if (a[1].as_int() == 0) return divided_by_zero();
        if (a[0].as_int() == kLeastInt && a[1].as_int() == -1) return overflow();
        return Value::integer(a[0].as_int() % a[1].as_int());
    }
    if (both(a, Kind::Uint)) return a[1].as_uint() == 0 ? divided_by_zero() : Value::natural(a[0].as_uint() % a[1].as_uint());
    return no_such_overload();
}

Value negate(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Int)) return a[0].as_int() == kLeastInt ? overflow() : Value::integer(-a[0].as_int());
    if (a[0].is(Kind::Double)) return Value::real(-a[0].as_double());
    return no_such_overload();
}

}  // namespace

BuiltinFamily arithmetic_operators() {
    return {
        {"_+_",
         add,
         {"(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double", "(string, string) -> string",
          "(bytes, bytes) -> bytes", "(list(A), list(A)) -> list(A)", "(timestamp, duration) -> timestamp",
          "(duration, timestamp) -> timestamp", "(duration, duration) -> duration"}},
        {"_-_",
         subtract,
         {"(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double", "(timestamp, timestamp) -> duration",
          "(timestamp, duration) -> timestamp", "(duration, duration) -> duration"}},
        {"_*_", multiply, {"(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double"}},
        {"_/_", divide, {"(int, int) -> int", "(uint, uint) -> uint", "(double, double) -> double"}},
        {"_%_", remainder, {"(int, int) -> int", "(uint, uint) -> uint"}},
        {"-_", negate, {"(int) -> int", "(double) -> double"}},
    };
}

}  // namespace anchor::cel
