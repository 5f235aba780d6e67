// SPDX-License-Identifier: Apache-2.0
// size(), contains(), startsWith(), endsWith(), matches().
#include "failures.h"
#include "function_table.h"
#include "regex.h"
#include "utf8.h"

namespace anchor::cel {
namespace {

// Compiling a pattern, and each of its octets: repetitions make much of little.
constexpr std::uint64_t kPatternSteps = 5000;
constexpr std::uint64_t kPatternOctetSteps = 64;

Value size_of(std::span<const Value> a, Scratch& scratch) {
    switch (a[0].kind()) {
        case Kind::String:
            if (!scratch.charge(a[0].as_string().size() / 16)) return cost_exceeded();
            return Value::integer(static_cast<std::int64_t>(count_code_points(a[0].as_string())));
        case Kind::Bytes: return Value::integer(static_cast<std::int64_t>(a[0].as_bytes().size()));
        case Kind::List: return Value::integer(static_cast<std::int64_t>(a[0].as_list().size()));
        case Kind::Map: return Value::integer(static_cast<std::int64_t>(a[0].as_map().entries.size()));
        default: return no_such_overload();
    }
}

bool are_texts(std::span<const Value> a) { return a[0].is(Kind::String) && a[1].is(Kind::String); }

Value contains_text(std::span<const Value> a, Scratch& scratch) {
    if (!are_texts(a)) return no_such_overload();
    // The search of the standard library compares at every place where the first octet fits.
    const std::size_t text = a[0].as_string().size();
    const std::size_t part = a[1].as_string().size();
    if (!scratch.charge(text / 16 + (part > 16 ? text / 16 * (part / 16) : 0))) return cost_exceeded();
    return Value::boolean(a[0].as_string().find(a[1].as_string()) != std::string_view::npos);
}

Value starts_with(std::span<const Value> a, Scratch& scratch) {
    if (!are_texts(a)) return no_such_overload();
    return scratch.charge(a[1].as_string().size() / 16) ? Value::boolean(a[0].as_string().starts_with(a[1].as_string())) : cost_exceeded();
}

Value ends_with(std::span<const Value> a, Scratch& scratch) {
    if (!are_texts(a)) return no_such_overload();
    return scratch.charge(a[1].as_string().size() / 16) ? Value::boolean(a[0].as_string().ends_with(a[1].as_string())) : cost_exceeded();
}

// A pattern that is no literal: compiled each time, and paid for.
Value matches(std::span<const Value> a, Scratch& scratch) {
    if (!are_texts(a)) return no_such_overload();
    const std::string_view pattern = a[1].as_string();
    if (!scratch.charge(kPatternSteps + kPatternOctetSteps * pattern.size() + a[0].as_string().size())) return cost_exceeded();
    const auto regex = Regex::compile(pattern, scratch.regex_memory());
    return regex.has_value() ? Value::boolean(regex->matches(a[0].as_string()))
                             : bad_argument("matches(): the pattern is no RE2 expression");
}

}  // namespace

BuiltinFamily text_functions() {
    return {
        {"size",
         size_of,
         {"(string) -> int", "(bytes) -> int", "(list(A)) -> int", "(map(A, B)) -> int", "string.() -> int", "bytes.() -> int",
          "list(A).() -> int", "map(A, B).() -> int"}},
        {"contains", contains_text, {"string.(string) -> bool"}},
        {"startsWith", starts_with, {"string.(string) -> bool"}},
        {"endsWith", ends_with, {"string.(string) -> bool"}},
        {"matches", matches, {"string.(string) -> bool", "(string, string) -> bool"}},
    };
}

}  // namespace anchor::cel
