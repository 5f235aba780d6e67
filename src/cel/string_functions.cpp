// SPDX-License-Identifier: Apache-2.0
// The string extension. Positions count code points.
#include <algorithm>
#include <optional>
#include <vector>

#include "failures.h"
#include "format.h"
#include "function_table.h"
#include "text_builder.h"
#include "utf8.h"
#include "value_text.h"

namespace anchor::cel {
namespace {

constexpr Extension kStrings = Extension::Strings;

using Arguments = std::span<const Value>;

bool is_text(const Value& value) { return value.is(Kind::String); }

// Every function here reads its text once or a few times.
bool pay_for(std::string_view text, Scratch& scratch) { return scratch.charge(1 + text.size() / 8); }

// Where the code point of that number begins; the number of code points is the end.
std::optional<std::size_t> position(std::string_view text, const Value& index) {
    if (index.as_int() < 0) return std::nullopt;
    return offset_of(text, static_cast<std::size_t>(index.as_int()));
}

Value count_to(std::string_view text, std::size_t offset) {
    return Value::integer(static_cast<std::int64_t>(count_code_points(text.substr(0, offset))));
}

Value char_at(Arguments a, Scratch& scratch) {
    if (!is_text(a[0]) || !a[1].is(Kind::Int)) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for(text, scratch)) return cost_exceeded();
    const auto at = position(text, a[1]);
    if (!at.has_value()) return index_out_of_range();
    return Value::string(*at == text.size() ? std::string_view{} : text.substr(*at, decode_at(text, *at).octets));
}

// A search may compare the whole part at each place.
bool pay_for_search(std::string_view text, std::string_view part, Scratch& scratch) {
    return scratch.charge(1 + text.size() / 8 + (part.size() > 16 ? text.size() / 16 * (part.size() / 16) : 0));
}

Value index_of(Arguments a, Scratch& scratch) {
    if (!is_text(a[0]) || !is_text(a[1]) || (a.size() == 3 && !a[2].is(Kind::Int))) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for_search(text, a[1].as_string(), scratch)) return cost_exceeded();
    const auto from = a.size() == 3 ? position(text, a[2]) : std::optional<std::size_t>(0);
    if (!from.has_value()) return index_out_of_range();
    const std::size_t found = text.find(a[1].as_string(), *from);
    return found == std::string_view::npos ? Value::integer(-1) : count_to(text, found);
}

Value last_index_of(Arguments a, Scratch& scratch) {
    if (!is_text(a[0]) || !is_text(a[1]) || (a.size() == 3 && !a[2].is(Kind::Int))) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for_search(text, a[1].as_string(), scratch)) return cost_exceeded();
    const auto from = a.size() == 3 ? position(text, a[2]) : std::optional<std::size_t>(text.size());
    if (!from.has_value()) return index_out_of_range();
    const std::size_t found = text.rfind(a[1].as_string(), *from);
    return found == std::string_view::npos ? Value::integer(-1) : count_to(text, found);
}

Value substring(Arguments a, Scratch& scratch) {
    if (!is_text(a[0]) || !a[1].is(Kind::Int) || (a.size() == 3 && !a[2].is(Kind::Int))) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for(text, scratch)) return cost_exceeded();
    const auto begin = position(text, a[1]);
    const auto end = a.size() == 3 ? position(text, a[2]) : std::optional<std::size_t>(text.size());
    if (!begin.has_value() || !end.has_value() || *begin > *end) return index_out_of_range();
    return Value::string(text.substr(*begin, *end - *begin));
}

Value trim(Arguments a, Scratch& scratch) {
    if (!is_text(a[0])) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for(text, scratch)) return cost_exceeded();
    std::size_t begin = text.size();
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode_at(text, at);
        if (!is_space(point.value)) {
            begin = std::min(begin, at);
            end = at + point.octets;
        }
        at += point.octets;
    }
    return Value::string(begin < end ? text.substr(begin, end - begin) : std::string_view{});
}

template <char First, char Last, int Shift>
Value shift_case(Arguments a, Scratch& scratch) {
    if (!is_text(a[0])) return no_such_overload();
    std::string text(a[0].as_string());
    if (!pay_for(text, scratch)) return cost_exceeded();
    for (char& c : text) c = c >= First && c <= Last ? static_cast<char>(c + Shift) : c;
    return make_string(scratch.arena(), text);
}

Value reverse(Arguments a, Scratch& scratch) {
    if (!is_text(a[0])) return no_such_overload();
    const std::string_view text = a[0].as_string();
    if (!pay_for(text, scratch)) return cost_exceeded();
    std::string reversed(text.size(), '\0');
    std::size_t room = text.size();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t octets = decode_at(text, at).octets;
        room -= octets;
        reversed.replace(room, octets, text.substr(at, octets));
        at += octets;
    }
    return make_string(scratch.arena(), reversed);
}

Value quote(Arguments a, Scratch& scratch) {
    if (!is_text(a[0])) return no_such_overload();
    return pay_for(a[0].as_string(), scratch) ? make_string(scratch.arena(), quoted(a[0].as_string())) : cost_exceeded();
}

Value join(Arguments a, Scratch& scratch) {
    if (!a[0].is(Kind::List) || (a.size() == 2 && !is_text(a[1]))) return no_such_overload();
    TextBuilder builder(scratch);
    for (bool first = true; const Value& element : a[0].as_list()) {
        if (!is_text(element)) return no_such_overload();
        if (!std::exchange(first, false) && a.size() == 2) builder.add(a[1].as_string());
        builder.add(element.as_string());
    }
    return builder.take();
}

// The end of the first `part` in `text`: of the first code point where the part is empty.
std::size_t find_part(std::string_view text, std::string_view part) {
    if (!part.empty()) return text.find(part);
    return text.empty() ? std::string_view::npos : decode_at(text, 0).octets;
}

Value replace(Arguments a, Scratch& scratch) {
    const bool limited = a.size() == 4;
    if (!is_text(a[0]) || !is_text(a[1]) || !is_text(a[2]) || (limited && !a[3].is(Kind::Int))) return no_such_overload();
    std::string_view text = a[0].as_string();
    const std::string_view part = a[1].as_string();
    if (!pay_for_search(text, part, scratch)) return cost_exceeded();
    std::int64_t left = limited && a[3].as_int() >= 0 ? a[3].as_int() : INT64_MAX;
    TextBuilder builder(scratch);
    // An empty part is found before each code point and at the end.
    if (part.empty() && left-- > 0) builder.add(a[2].as_string());
    while (left > 0 && !builder.failed()) {
        const std::size_t found = find_part(text, part);
        if (found == std::string_view::npos) break;
        builder.add(text.substr(0, found));
        builder.add(a[2].as_string());
        text.remove_prefix(found + part.size());
        --left;
    }
    builder.add(text);
    return builder.take();
}

Value split(Arguments a, Scratch& scratch) {
    const bool limited = a.size() == 3;
    if (!is_text(a[0]) || !is_text(a[1]) || (limited && !a[2].is(Kind::Int))) return no_such_overload();
    std::string_view text = a[0].as_string();
    const std::string_view part = a[1].as_string();
    if (!pay_for_search(text, part, scratch)) return cost_exceeded();
    const std::int64_t most = limited && a[2].as_int() >= 0 ? a[2].as_int() : INT64_MAX;
    std::vector<Value> pieces;
    if (most == 0 || (part.empty() && text.empty())) return Value::list({});
    const std::size_t room = scratch.arena().limit() / sizeof(Value);
    while (static_cast<std::int64_t>(pieces.size()) + 1 < most) {
        const std::size_t found = find_part(text, part);
        if (found == std::string_view::npos || (part.empty() && found == text.size())) break;
        if (pieces.size() >= room) return memory_exceeded();
        if (!scratch.charge(1)) return cost_exceeded();
        pieces.push_back(Value::string(text.substr(0, found)));
        text.remove_prefix(found + part.size());
    }
    pieces.push_back(Value::string(text));
    return make_list(scratch.arena(), pieces);
}

Value format_text(Arguments a, Scratch& scratch) {
    if (!is_text(a[0]) || !a[1].is(Kind::List)) return no_such_overload();
    return format(a[0].as_string(), a[1].as_list(), scratch);
}

}  // namespace

BuiltinFamily string_extension() {
    return {
        {"charAt", char_at, {"string.(int) -> string"}, kStrings},
        {"indexOf", index_of, {"string.(string) -> int", "string.(string, int) -> int"}, kStrings},
        {"lastIndexOf", last_index_of, {"string.(string) -> int", "string.(string, int) -> int"}, kStrings},
        {"substring", substring, {"string.(int) -> string", "string.(int, int) -> string"}, kStrings},
        {"trim", trim, {"string.() -> string"}, kStrings},
        {"lowerAscii", shift_case<'A', 'Z', 32>, {"string.() -> string"}, kStrings},
        {"upperAscii", shift_case<'a', 'z', -32>, {"string.() -> string"}, kStrings},
        {"reverse", reverse, {"string.() -> string"}, kStrings},
        {"strings.quote", quote, {"(string) -> string"}, kStrings},
        {"join", join, {"list(string).() -> string", "list(string).(string) -> string"}, kStrings},
        {"replace", replace, {"string.(string, string) -> string", "string.(string, string, int) -> string"}, kStrings},
        {"split", split, {"string.(string) -> list(string)", "string.(string, int) -> list(string)"}, kStrings},
        {"format", format_text, {"string.(list(dyn)) -> string"}, kStrings},
    };
}

}  // namespace anchor::cel
