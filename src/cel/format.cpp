// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include <anchor/base/encoding.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "ip_address.h"
#include "text_builder.h"
#include "timestamp.h"
#include "value_text.h"

namespace anchor::cel {
namespace {

constexpr int kMostDecimals = 100;
constexpr int kUsualDecimals = 6;
constexpr std::string_view kNoClause = "format(): there is no such clause";
constexpr std::string_view kTooPrecise = "format(): more than 100 decimals";

struct Clause {
    char kind = '\0';
    int decimals = kUsualDecimals;
    std::size_t octets = 0;  // from the '%' on
    std::string_view problem;
};

Clause read_clause(std::string_view text) {
    Clause clause;
    std::size_t at = 1;
    if (at < text.size() && text[at] == '.') {
        const auto [end, problem] = std::from_chars(text.data() + at + 1, text.data() + text.size(), clause.decimals);
        if (problem != std::errc()) return {'\0', 0, 0, kNoClause};
        if (clause.decimals < 0 || clause.decimals > kMostDecimals) return {'\0', 0, 0, kTooPrecise};
        at = static_cast<std::size_t>(end - text.data());
    }
    clause.kind = at < text.size() ? text[at] : '\0';
    clause.octets = at + 1;
    if (clause.kind == '\0' || std::string_view("sdfebxXo%").find(clause.kind) == std::string_view::npos) clause.problem = kNoClause;
    return clause;
}

using Text = std::optional<std::string>;

Text in_base(const Value& value, int base) {
    std::array<char, 66> room{};
    char* end = nullptr;
    if (value.is(Kind::Int)) {
        end = std::to_chars(room.data(), room.data() + room.size(), value.as_int(), base).ptr;
    } else if (value.is(Kind::Uint)) {
        end = std::to_chars(room.data(), room.data() + room.size(), value.as_uint(), base).ptr;
    } else {
        return std::nullopt;
    }
    return std::string(room.data(), end);
}

std::string plain(double value) {
    if (!std::isfinite(value)) return double_text(value);
    std::array<char, 400> room{};
    return {room.data(), std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::fixed).ptr};
}

std::optional<double> number(const Value& value) {
    if (value.is(Kind::Int)) return static_cast<double>(value.as_int());
    if (value.is(Kind::Uint)) return static_cast<double>(value.as_uint());
    if (value.is(Kind::Double)) return value.as_double();
    return std::nullopt;
}

Text with_decimals(const Value& value, std::chars_format form, int decimals) {
    const auto real = number(value);
    if (!real.has_value()) return std::nullopt;
    if (!std::isfinite(*real)) return double_text(*real);
    std::array<char, 512> room{};
    return std::string(room.data(), std::to_chars(room.data(), room.data() + room.size(), *real, form, decimals).ptr);
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
}

Text hexadecimal(const Value& value) {
    if (value.is(Kind::String)) return to_hex(as_bytes(value.as_string()));
    if (value.is(Kind::Bytes)) return to_hex(value.as_bytes());
    return in_base(value, 16);
}

Text decimal(const Value& value) { return value.is(Kind::Double) ? plain(value.as_double()) : in_base(value, 10); }

Text binary(const Value& value) {
    if (value.is(Kind::Bool)) return value.as_bool() ? "1" : "0";
    return in_base(value, 2);
}

Text simple_text(const Value& value) {
    switch (value.kind()) {
        case Kind::Null: return "null";
        case Kind::Bool: return value.as_bool() ? "true" : "false";
        case Kind::Int:
        case Kind::Uint: return in_base(value, 10);
        case Kind::Double: return plain(value.as_double());
        case Kind::String: return std::string(value.as_string());
        case Kind::Bytes: return std::string(as_text(value.as_bytes()));
        case Kind::Timestamp: return to_string(value.as_timestamp());
        case Kind::Duration: return duration_text(value.as_duration());
        case Kind::Type: return std::string(value.as_type());
        case Kind::Ip: return to_string(value.as_ip());
        case Kind::Cidr: return to_string(value.as_cidr());
        default: return std::nullopt;
    }
}

// False where something inside has no text.
bool add_text(const Value& value, TextBuilder& builder);

bool add_list(std::span<const Value> list, TextBuilder& builder) {
    builder.add("[");
    for (std::size_t i = 0; i < list.size() && !builder.failed(); ++i) {
        if (i > 0) builder.add(", ");
        if (!add_text(list[i], builder)) return false;
    }
    builder.add("]");
    return true;
}

// Sorted by the text of the key: a map has no order of its own.
bool add_map(const MapStorage& map, TextBuilder& builder) {
    std::vector<std::pair<std::string, const Value*>> entries;
    for (const MapEntry& entry : map.entries) entries.emplace_back(simple_text(entry.key).value_or(""), &entry.value);
    std::sort(entries.begin(), entries.end());
    builder.add("{");
    for (std::size_t i = 0; i < entries.size() && !builder.failed(); ++i) {
        builder.add(i > 0 ? ", " + entries[i].first + ": " : entries[i].first + ": ");
        if (!add_text(*entries[i].second, builder)) return false;
    }
    builder.add("}");
    return true;
}

bool add_text(const Value& value, TextBuilder& builder) {
    if (value.is(Kind::List)) return add_list(value.as_list(), builder);
    if (value.is(Kind::Map)) return add_map(value.as_map(), builder);
    const Text text = simple_text(value);
    if (text.has_value()) builder.add(*text);
    return text.has_value();
}

bool add_clause(const Clause& clause, const Value& value, TextBuilder& builder) {
    Text text;
    switch (clause.kind) {
        case 's': return add_text(value, builder);
        case 'd': text = decimal(value); break;
        case 'f': text = with_decimals(value, std::chars_format::fixed, clause.decimals); break;
        case 'e': text = with_decimals(value, std::chars_format::scientific, clause.decimals); break;
        case 'b': text = binary(value); break;
        case 'o': text = in_base(value, 8); break;
        case 'x':
        case 'X': text = hexadecimal(value); break;
        default: break;
    }
    if (!text.has_value()) return false;
    builder.add(clause.kind == 'X' ? upper(*std::move(text)) : *text);
    return true;
}

}  // namespace

Value format(std::string_view pattern, std::span<const Value> arguments, Scratch& scratch) {
    TextBuilder builder(scratch);
    std::size_t next = 0;
    while (!pattern.empty() && !builder.failed()) {
        const std::size_t percent = std::min(pattern.find('%'), pattern.size());
        builder.add(pattern.substr(0, percent));
        pattern.remove_prefix(percent);
        if (pattern.empty()) break;
        const Clause clause = read_clause(pattern);
        if (!clause.problem.empty()) return bad_argument(clause.problem);
        pattern.remove_prefix(clause.octets);
        if (clause.kind == '%') {
            builder.add("%");
            continue;
        }
        if (next >= arguments.size()) return bad_argument("format(): there are more clauses than arguments");
        if (!add_clause(clause, arguments[next++], builder)) return bad_argument("format(): a clause can't show a value of this type");
    }
    return builder.take();
}

std::string_view pattern_problem(std::string_view pattern) noexcept {
    for (std::size_t at = pattern.find('%'); at != std::string_view::npos; at = pattern.find('%', at)) {
        const Clause clause = read_clause(pattern.substr(at));
        if (!clause.problem.empty()) return clause.problem;
        at += clause.octets;
    }
    return {};
}

}  // namespace anchor::cel
