// SPDX-License-Identifier: Apache-2.0
// math.greatest() and the other functions on numbers.
#include <cmath>

#include "compare.h"
#include "failures.h"
#include "function_table.h"

namespace anchor::cel {
namespace {

constexpr Extension kMath = Extension::Math;

bool is_number(const Value& value) { return value.is(Kind::Int) || value.is(Kind::Uint) || value.is(Kind::Double); }

// The first of several equal ones wins, whatever its type.
template <bool Greatest>
Value extreme(std::span<const Value> a, Scratch& scratch) {
    if (a.size() == 1 && a[0].is(Kind::List)) {
        if (a[0].as_list().empty()) return bad_argument("math.greatest() and math.least() want a list with elements");
        if (!scratch.charge(a[0].as_list().size())) return cost_exceeded();
        return extreme<Greatest>(a[0].as_list(), scratch);
    }
    for (const Value& value : a) {
        if (!is_number(value)) return no_such_overload();
    }
    const Value* best = &a[0];
    for (const Value& value : a.subspan(1)) {
        const auto ordering = *order(value, *best);
        if (Greatest ? ordering > 0 : ordering < 0) best = &value;
    }
    return *best;
}

template <double (*Round)(double)>
Value rounded(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Double) ? Value::real(Round(a[0].as_double())) : no_such_overload();
}

double ceiling(double x) { return std::ceil(x); }
double floor_of(double x) { return std::floor(x); }
double half_away_from_zero(double x) { return std::round(x); }
double truncated(double x) { return std::trunc(x); }

template <bool (*Question)(double)>
Value ask(std::span<const Value> a, Scratch&) {
    return a[0].is(Kind::Double) ? Value::boolean(Question(a[0].as_double())) : no_such_overload();
}

bool is_nan(double x) { return std::isnan(x); }
bool is_infinite(double x) { return std::isinf(x); }
bool is_finite(double x) { return std::isfinite(x); }

Value absolute(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Uint)) return a[0];
    if (a[0].is(Kind::Double)) return Value::real(std::fabs(a[0].as_double()));
    if (!a[0].is(Kind::Int)) return no_such_overload();
    if (a[0].as_int() == INT64_MIN) return overflow();
    return Value::integer(std::abs(a[0].as_int()));
}

Value sign(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Int)) return Value::integer((a[0].as_int() > 0 ? 1 : 0) - (a[0].as_int() < 0 ? 1 : 0));
    if (a[0].is(Kind::Uint)) return Value::natural(a[0].as_uint() > 0 ? 1 : 0);
    if (!a[0].is(Kind::Double)) return no_such_overload();
    const double real = a[0].as_double();
    if (std::isnan(real) || real == 0) return a[0];
    return Value::real(real > 0 ? 1 : -1);
}

Value square_root(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Int)) return Value::real(std::sqrt(static_cast<double>(a[0].as_int())));
    if (a[0].is(Kind::Uint)) return Value::real(std::sqrt(static_cast<double>(a[0].as_uint())));
    return a[0].is(Kind::Double) ? Value::real(std::sqrt(a[0].as_double())) : no_such_overload();
}

enum class Bits : std::uint8_t { And, Or, Xor };

std::uint64_t combine(Bits operation, std::uint64_t x, std::uint64_t y) {
    switch (operation) {
        case Bits::And: return x & y;
        case Bits::Or: return x | y;
        case Bits::Xor: break;
    }
    return x ^ y;
}

template <Bits Operation>
Value bitwise(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Uint) && a[1].is(Kind::Uint)) return Value::natural(combine(Operation, a[0].as_uint(), a[1].as_uint()));
    if (!a[0].is(Kind::Int) || !a[1].is(Kind::Int)) return no_such_overload();
    const auto x = static_cast<std::uint64_t>(a[0].as_int());
    const auto y = static_cast<std::uint64_t>(a[1].as_int());
    return Value::integer(static_cast<std::int64_t>(combine(Operation, x, y)));
}

Value bit_not(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Uint)) return Value::natural(~a[0].as_uint());
    return a[0].is(Kind::Int) ? Value::integer(~a[0].as_int()) : no_such_overload();
}

// Zeros come in from both ends: an int is shifted as the bits that it is made of.
template <bool Left>
Value shifted(std::span<const Value> a, Scratch&) {
    if (!a[1].is(Kind::Int) || (!a[0].is(Kind::Int) && !a[0].is(Kind::Uint))) return no_such_overload();
    if (a[1].as_int() < 0) return bad_argument("a shift by a negative number of bits");
    const bool is_signed = a[0].is(Kind::Int);
    const std::uint64_t bits = is_signed ? static_cast<std::uint64_t>(a[0].as_int()) : a[0].as_uint();
    std::uint64_t result = 0;
    if (a[1].as_int() < 64) result = Left ? bits << a[1].as_int() : bits >> a[1].as_int();
    return is_signed ? Value::integer(static_cast<std::int64_t>(result)) : Value::natural(result);
}

// The parser packs three and more numbers into a list.
std::vector<std::string_view> extreme_signatures() {
    return {"(int) -> int",         "(uint) -> uint",
            "(double) -> double",   "(list(int)) -> int",
            "(list(uint)) -> uint", "(list(double)) -> double",
            "(list(dyn)) -> dyn",   "(int, int) -> int",
            "(uint, uint) -> uint", "(double, double) -> double",
            "(int, uint) -> dyn",   "(int, double) -> dyn",
            "(uint, int) -> dyn",   "(uint, double) -> dyn",
            "(double, int) -> dyn", "(double, uint) -> dyn"};
}

std::vector<std::string_view> on_each_number() { return {"(int) -> int", "(uint) -> uint", "(double) -> double"}; }
std::vector<std::string_view> on_pairs_of_bits() { return {"(int, int) -> int", "(uint, uint) -> uint"}; }
std::vector<std::string_view> on_shifts() { return {"(int, int) -> int", "(uint, int) -> uint"}; }
std::vector<std::string_view> on_double() { return {"(double) -> double"}; }
std::vector<std::string_view> about_double() { return {"(double) -> bool"}; }

}  // namespace

BuiltinFamily math_extension() {
    return {
        {"math.greatest", extreme<true>, extreme_signatures(), kMath},
        {"math.least", extreme<false>, extreme_signatures(), kMath},
        {"math.ceil", rounded<ceiling>, on_double(), kMath},
        {"math.floor", rounded<floor_of>, on_double(), kMath},
        {"math.round", rounded<half_away_from_zero>, on_double(), kMath},
        {"math.trunc", rounded<truncated>, on_double(), kMath},
        {"math.abs", absolute, on_each_number(), kMath},
        {"math.sign", sign, on_each_number(), kMath},
        {"math.sqrt", square_root, {"(int) -> double", "(uint) -> double", "(double) -> double"}, kMath},
        {"math.isNaN", ask<is_nan>, about_double(), kMath},
        {"math.isInf", ask<is_infinite>, about_double(), kMath},
        {"math.isFinite", ask<is_finite>, about_double(), kMath},
        {"math.bitAnd", bitwise<Bits::And>, on_pairs_of_bits(), kMath},
        {"math.bitOr", bitwise<Bits::Or>, on_pairs_of_bits(), kMath},
        {"math.bitXor", bitwise<Bits::Xor>, on_pairs_of_bits(), kMath},
        {"math.bitNot", bit_not, {"(int) -> int", "(uint) -> uint"}, kMath},
        {"math.bitShiftLeft", shifted<true>, on_shifts(), kMath},
        {"math.bitShiftRight", shifted<false>, on_shifts(), kMath},
    };
}

}  // namespace anchor::cel
