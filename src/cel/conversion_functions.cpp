// SPDX-License-Identifier: Apache-2.0
// Conversions between types: int(), string(), timestamp(), … and type().
#include <charconv>
#include <cmath>

#include "failures.h"
#include "function_table.h"
#include "ip_address.h"
#include "literal.h"
#include "timestamp.h"
#include "utf8.h"
#include "value_text.h"

namespace anchor::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

std::string_view without_plus(std::string_view text) {
    const bool has_one = text.starts_with('+') && text.size() > 1 && text[1] != '-';
    return text.substr(has_one ? 1 : 0);
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
    text = without_plus(text);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size();
}

Value to_int(std::span<const Value> a, Scratch&) {
    std::int64_t integer = 0;
    switch (a[0].kind()) {
        case Kind::Int: return a[0];
        case Kind::Uint: return a[0].as_uint() > INT64_MAX ? overflow() : Value::integer(static_cast<std::int64_t>(a[0].as_uint()));
        case Kind::Double: {
            // Both ends are refused: the doubles there stand for numbers outside as well.
            const double real = a[0].as_double();
            return real > -kTwoTo63 && real < kTwoTo63 ? Value::integer(static_cast<std::int64_t>(real)) : overflow();
        }
        case Kind::String:
            return read_whole(a[0].as_string(), integer) ? Value::integer(integer) : bad_argument("int(): this text is no int");
        case Kind::Timestamp: return Value::integer(a[0].as_timestamp().seconds);
        default: return no_such_overload();
    }
}

Value to_uint(std::span<const Value> a, Scratch&) {
    std::uint64_t natural = 0;
    switch (a[0].kind()) {
        case Kind::Uint: return a[0];
        case Kind::Int: return a[0].as_int() < 0 ? overflow() : Value::natural(static_cast<std::uint64_t>(a[0].as_int()));
        case Kind::Double: {
            const double real = a[0].as_double();
            return real > -1 && real < kTwoTo64 ? Value::natural(static_cast<std::uint64_t>(real)) : overflow();
        }
        case Kind::String:
            return read_whole(a[0].as_string(), natural) ? Value::natural(natural) : bad_argument("uint(): this text is no uint");
        default: return no_such_overload();
    }
}

Value to_double(std::span<const Value> a, Scratch&) {
    double real = 0;
    switch (a[0].kind()) {
        case Kind::Double: return a[0];
        case Kind::Int: return Value::real(static_cast<double>(a[0].as_int()));
        case Kind::Uint: return Value::real(static_cast<double>(a[0].as_uint()));
        case Kind::String:
            return read_double(without_plus(a[0].as_string()), real) ? Value::real(real) : bad_argument("double(): this text is no double");
        default: return no_such_overload();
    }
}

Value to_bool(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Bool)) return a[0];
    if (!a[0].is(Kind::String)) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (text == "1" || text == "t" || text == "T" || text == "true" || text == "TRUE" || text == "True") return Value::boolean(true);
    if (text == "0" || text == "f" || text == "F" || text == "false" || text == "FALSE" || text == "False") return Value::boolean(false);
    return bad_argument("bool(): this text is neither true nor false");
}

Value to_text(std::span<const Value> a, Scratch& scratch) {
    Arena& arena = scratch.arena();
    switch (a[0].kind()) {
        case Kind::String: return a[0];
        case Kind::Bool: return Value::string(a[0].as_bool() ? "true" : "false");
        case Kind::Int: return make_string(arena, std::to_string(a[0].as_int()));
        case Kind::Uint: return make_string(arena, std::to_string(a[0].as_uint()));
        case Kind::Double: return make_string(arena, double_text(a[0].as_double()));
        case Kind::Timestamp: return make_string(arena, to_string(a[0].as_timestamp()));
        case Kind::Duration: return make_string(arena, duration_text(a[0].as_duration()));
        case Kind::Ip: return make_string(arena, to_string(a[0].as_ip()));
        case Kind::Cidr: return make_string(arena, to_string(a[0].as_cidr()));
        case Kind::Bytes: {
            const std::string_view text = as_text(a[0].as_bytes());
            if (!scratch.charge(text.size() / 16)) return cost_exceeded();
            return is_utf8(text) ? Value::string(text) : bad_argument("string(): these octets are no UTF-8");
        }
        default: return no_such_overload();
    }
}

Value to_octets(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Bytes)) return a[0];
    return a[0].is(Kind::String) ? Value::bytes(as_bytes(a[0].as_string())) : no_such_overload();
}

Value to_timestamp(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Timestamp)) return a[0];
    if (a[0].is(Kind::Int)) {
        const Timestamp time{a[0].as_int(), 0};
        return is_in_range(time) ? Value::timestamp(time) : overflow();
    }
    if (!a[0].is(Kind::String)) return no_such_overload();
    const auto time = parse_timestamp(a[0].as_string());
    return time.has_value() ? Value::timestamp(*time)
                            : bad_argument("timestamp(): this text is no RFC 3339 time of the years 0001 to 9999");
}

Value to_duration(std::span<const Value> a, Scratch&) {
    if (a[0].is(Kind::Duration)) return a[0];
    if (!a[0].is(Kind::String)) return no_such_overload();
    const auto duration = parse_duration_text(a[0].as_string());
    return duration.has_value() ? Value::duration(*duration)
                                : bad_argument("duration(): this text is no duration such as '1h30m' or '2.5s'");
}

std::string_view type_name(Kind kind) {
    switch (kind) {
        case Kind::Null: return "null_type";
        case Kind::Bool: return "bool";
        case Kind::Int: return "int";
        case Kind::Uint: return "uint";
        case Kind::Double: return "double";
        case Kind::String: return "string";
        case Kind::Bytes: return "bytes";
        case Kind::List: return "list";
        case Kind::Map: return "map";
        case Kind::Timestamp: return "google.protobuf.Timestamp";
        case Kind::Duration: return "google.protobuf.Duration";
        case Kind::Optional: return "optional_type";
        case Kind::Ip: return "net.IP";
        case Kind::Cidr: return "net.CIDR";
        case Kind::Type:
        case Kind::Error:
        case Kind::Unknown: break;
    }
    return "type";
}

Value type_of(std::span<const Value> a, Scratch&) { return Value::type(type_name(a[0].kind())); }
Value same(std::span<const Value> a, Scratch&) { return a[0]; }

}  // namespace

BuiltinFamily conversion_functions() {
    return {
        {"int", to_int, {"(int) -> int", "(uint) -> int", "(double) -> int", "(string) -> int", "(timestamp) -> int"}},
        {"uint", to_uint, {"(uint) -> uint", "(int) -> uint", "(double) -> uint", "(string) -> uint"}},
        {"double", to_double, {"(double) -> double", "(int) -> double", "(uint) -> double", "(string) -> double"}},
        {"bool", to_bool, {"(bool) -> bool", "(string) -> bool"}},
        {"string",
         to_text,
         {"(string) -> string", "(bool) -> string", "(int) -> string", "(uint) -> string", "(double) -> string", "(bytes) -> string",
          "(timestamp) -> string", "(duration) -> string", "(net.IP) -> string", "(net.CIDR) -> string"}},
        {"bytes", to_octets, {"(bytes) -> bytes", "(string) -> bytes"}},
        {"timestamp", to_timestamp, {"(timestamp) -> timestamp", "(string) -> timestamp", "(int) -> timestamp"}},
        {"duration", to_duration, {"(duration) -> duration", "(string) -> duration"}},
        {"type", type_of, {"(A) -> type(A)"}},
        {"dyn", same, {"(A) -> dyn"}},
    };
}

}  // namespace anchor::cel
