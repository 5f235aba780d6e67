// SPDX-License-Identifier: Apache-2.0
#include "vector.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <anchor/base/encoding.h>
#include <anchor/base/file.h>
#include <anchor/cel/program.h>

namespace anchor::conformance {
namespace {

using cel::Arena;
using cel::Value;

template <class Number>
Result<Number> number(const Json& text) {
    const std::string digits = text.get<std::string>();
    Number value{};
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size()) return rejected("not a number: " + digits);
    return value;
}

Result<Value> read_list(const Json& elements, Arena& arena) {
    std::vector<Value> values;
    for (const Json& element : elements) {
        ANCHOR_ASSIGN_OR_RETURN(const Value value, read_value(element, arena));
        values.push_back(value);
    }
    return make_list(arena, values);
}

Result<Value> read_map(const Json& pairs, Arena& arena) {
    std::vector<cel::MapEntry> entries;
    for (const Json& pair : pairs) {
        ANCHOR_ASSIGN_OR_RETURN(const Value key, read_value(pair.at(0), arena));
        ANCHOR_ASSIGN_OR_RETURN(const Value value, read_value(pair.at(1), arena));
        entries.push_back({key, value});
    }
    return make_map(arena, entries);
}

Result<Value> read_timestamp(const Json& text) {
    const std::string digits = text.get<std::string>();
    // Nanoseconds of all years don't fit 64 bits: the last nine digits are taken apart.
    const bool negative = digits.starts_with('-');
    const std::string padded = std::string(10, '0') + (negative ? digits.substr(1) : digits);
    std::int64_t seconds = std::stoll(padded.substr(0, padded.size() - 9));
    std::int64_t rest = std::stoll(padded.substr(padded.size() - 9));
    if (negative) {
        seconds = -seconds - (rest > 0 ? 1 : 0);
        rest = rest > 0 ? 1'000'000'000 - rest : 0;
    }
    return Value::timestamp(cel::Timestamp{seconds, static_cast<std::uint32_t>(rest)});
}

Result<void> declare_function(cel::Environment& environment, const Json& declaration) {
    cel::FunctionDeclaration function;
    function.name = declaration.at("function").get<std::string>();
    for (const Json& described : declaration.at("overloads")) {
        cel::Overload overload;
        overload.member = described.value("member", false);
        for (const Json& parameter : described.at("params")) {
            ANCHOR_ASSIGN_OR_RETURN(cel::Type type, cel::parse_type(parameter.get<std::string>(), cel::UnknownNames::Opaque));
            overload.parameters.push_back(std::move(type));
        }
        ANCHOR_ASSIGN_OR_RETURN(overload.result, cel::parse_type(described.at("result").get<std::string>(), cel::UnknownNames::Opaque));
        function.overloads.push_back(std::move(overload));
    }
    return environment.declare(std::move(function));
}

// The slots of the variables, filled from the bindings; what is not bound is unknown.
struct Bound {
    cel::Environment environment;
    std::vector<Value> slots;
};

Result<Bound> bind(const Json& test_case, Arena& arena) {
    Bound bound;
    ANCHOR_RETURN_IF_ERROR(bound.environment.set_container(test_case.value("container", "")));
    for (const Json& declaration : test_case.value("declarations", Json::array())) {
        if (declaration.contains("function")) {
            ANCHOR_RETURN_IF_ERROR(declare_function(bound.environment, declaration));
            continue;
        }
        ANCHOR_ASSIGN_OR_RETURN(cel::Type type, cel::parse_type(declaration.at("type").get<std::string>(), cel::UnknownNames::Opaque));
        ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint32_t slot,
                                bound.environment.declare(declaration.at("ident").get<std::string>(), std::move(type)));
    }
    const Json bindings = test_case.value("bindings", Json::object());
    for (const auto& [name, tagged] : bindings.items()) {
        if (bound.environment.find_variable(name) != nullptr) continue;
        ANCHOR_ASSIGN_OR_RETURN([[maybe_unused]] const std::uint32_t slot, bound.environment.declare(name, cel::TypeKind::Dyn));
    }
    for (const cel::Variable& variable : bound.environment.variables()) {
        bound.slots.push_back(Value::unknown(variable.slot));
        if (!bindings.contains(variable.name)) continue;
        ANCHOR_ASSIGN_OR_RETURN(bound.slots.back(), read_value(bindings.at(variable.name), arena));
    }
    return bound;
}

std::string type_difference(const Json& expect, const cel::Program& program) {
    if (!expect.contains("type")) return {};
    const auto wanted = cel::parse_type(expect.at("type").get<std::string>(), cel::UnknownNames::Opaque);
    if (wanted.has_value() && *wanted == program.result_type()) return {};
    return "type: expected " + expect.at("type").get<std::string>() + ", got " + to_string(program.result_type());
}

void append_utf8(std::string& text, unsigned long code_point) {
    const auto put = [&](unsigned long bits) { text.push_back(static_cast<char>(bits)); };
    if (code_point >= 0x10000) {
        put(0xf0 | (code_point >> 18U));
        put(0x80 | ((code_point >> 12U) & 0x3fU));
    } else if (code_point >= 0x800) {
        put(0xe0 | (code_point >> 12U));
    }
    put(code_point >= 0x800 ? 0x80 | ((code_point >> 6U) & 0x3fU) : 0xc0 | (code_point >> 6U));
    put(0x80 | (code_point & 0x3fU));
}

// \\? and the \\u and \\U of code points from U+0100 on; others were resolved when the text was recorded.
std::string resolved(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t digits = text.starts_with("\\u") ? 4 : (text.starts_with("\\U") ? 8 : 0);
        unsigned long code_point = 0;
        const char* const end = text.data() + std::min(text.size(), 2 + digits);
        const bool is_escape = digits > 0 && std::from_chars(text.data() + 2, end, code_point, 16).ptr == text.data() + 2 + digits;
        if (is_escape && code_point >= 0x100) {
            append_utf8(result, code_point);
            text.remove_prefix(2 + digits);
        } else if (text.starts_with("\\?")) {
            result += '?';
            text.remove_prefix(2);
        } else {
            result += text[0];
            text.remove_prefix(1);
        }
    }
    return result;
}

bool identical_when_resolved(const Value& wanted, const Value& value) {
    if (wanted.kind() != value.kind()) return false;
    if (wanted.is(cel::Kind::String)) return resolved(wanted.as_string()) == value.as_string();
    return wanted.is(cel::Kind::Bytes) && resolved(as_text(wanted.as_bytes())) == as_text(value.as_bytes());
}

Result<Verdict> judge_value(const Json& expect, const Value& value, Arena& arena) {
    if (expect.contains("error")) return Verdict{value.is(cel::Kind::Error) ? "" : "expected an error, got " + to_string(value)};
    if (!expect.contains("value")) return Verdict{};
    ANCHOR_ASSIGN_OR_RETURN(const Value wanted, read_value(expect.at("value"), arena));
    if (identical(wanted, value)) return Verdict{};
    if (identical_when_resolved(wanted, value)) return Verdict{"", true};
    return Verdict{"expected " + to_string(wanted) + ", got " + to_string(value)};
}

bool identical_lists(std::span<const Value> a, std::span<const Value> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Value& x, const Value& y) { return identical(x, y); });
}

bool identical_maps(const cel::MapStorage& a, const cel::MapStorage& b) {
    const auto has = [&](const cel::MapEntry& wanted) {
        return std::any_of(b.entries.begin(), b.entries.end(), [&](const cel::MapEntry& other) {
            return identical(wanted.key, other.key) && identical(wanted.value, other.value);
        });
    };
    return a.entries.size() == b.entries.size() && std::all_of(a.entries.begin(), a.entries.end(), has);
}

Result<Bytes> zone_file(const std::string& zone) { return read_file("/usr/share/zoneinfo/" + zone, std::size_t{64} << 10U); }

Result<Verdict> run_checked(const Json& test_case) {
    Arena arena(std::size_t{16} << 20U);
    ANCHOR_ASSIGN_OR_RETURN(const Bound bound, bind(test_case, arena));
    const Json& expect = test_case.at("expect");
    if (!expect.contains("value") && !expect.contains("type") && !expect.contains("error")) return rejected("it expects nothing");
    cel::CompileOptions options{
        .check = !test_case.value("disable_check", false), .macros = !test_case.value("disable_macros", false), .validate_literals = false};
    const auto program = cel::compile(bound.environment, test_case.at("expr").get<std::string>(), options);
    if (!program.has_value()) return Verdict{expect.contains("error") ? "" : "does not compile: " + program.error().what};
    const std::string difference = type_difference(expect, *program);
    if (!difference.empty() || test_case.value("check_only", false)) return Verdict{difference};
    cel::Scratch scratch({}, zone_file);
    const Value value = program->evaluate(bound.slots, scratch);
    options.shortcuts = false;
    const auto plain = cel::compile(bound.environment, test_case.at("expr").get<std::string>(), options);
    cel::Scratch other({}, zone_file);
    const std::string without = plain.has_value() ? to_string(plain->evaluate(bound.slots, other)) : plain.error().what;
    if (without != to_string(value)) return Verdict{"with shortcuts " + to_string(value) + ", without " + without};
    return judge_value(expect, value, arena);
}

}  // namespace

Result<Value> read_value(const Json& tagged, Arena& arena) {
    const std::string tag = tagged.items().begin().key();
    const Json& content = tagged.front();
    if (tag == "null") return Value::null();
    if (tag == "bool") return Value::boolean(content.get<bool>());
    if (tag == "string") return make_string(arena, content.get<std::string>());
    if (tag == "list") return read_list(content, arena);
    if (tag == "map") return read_map(content, arena);
    if (tag == "timestamp_ns") return read_timestamp(content);
    if (tag == "type") {
        const Value name = make_string(arena, content.get<std::string>());
        return Value::type(name.as_string());
    }
    if (tag == "bytes_base64") {
        ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_base64(content.get<std::string>()));
        return make_bytes(arena, octets);
    }
    if (tag == "int") {
        ANCHOR_ASSIGN_OR_RETURN(const auto value, number<std::int64_t>(content));
        return Value::integer(value);
    }
    if (tag == "uint") {
        ANCHOR_ASSIGN_OR_RETURN(const auto value, number<std::uint64_t>(content));
        return Value::natural(value);
    }
    if (tag == "double") {
        ANCHOR_ASSIGN_OR_RETURN(const auto value, number<double>(content));
        return Value::real(value);
    }
    if (tag == "duration_ns") {
        ANCHOR_ASSIGN_OR_RETURN(const auto value, number<std::int64_t>(content));
        return Value::duration(std::chrono::nanoseconds(value));
    }
    return rejected("there is no value tag '" + tag + "'");
}

bool identical(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case cel::Kind::Double: return a.as_double() == b.as_double() || (std::isnan(a.as_double()) && std::isnan(b.as_double()));
        case cel::Kind::List: return identical_lists(a.as_list(), b.as_list());
        case cel::Kind::Map: return identical_maps(a.as_map(), b.as_map());
        default: return equal(a, b);
    }
}

Result<Verdict> run_case(const Json& test_case) {
    // The JSON library says by exception that a member is missing or of another type, the standard's that a number is none.
    try {
        return run_checked(test_case);
    } catch (const std::exception& problem) {
        return rejected(problem.what());
    }
}

}  // namespace anchor::conformance
