// SPDX-License-Identifier: Apache-2.0

// What is checked, what is not, and what has no short form evaluate to the same: typed instructions and questions are short
// cuts and nothing else. The first octet says which variables are unknown.

#include <cmath>
#include <cstdlib>

#include <anchor/cel/program.h>

namespace {

using namespace anchor::cel;  // NOLINT: a fuzz target is a program of its own

constexpr Limits kLimits{.source_octets = 4096, .nodes = 1000, .depth = 60, .cost = 20'000, .memory = std::size_t{64} << 10U};

struct World {
    World() {
        const Value numbers = make_list(arena, std::array{Value::integer(1), Value::integer(-2), Value::integer(3)});
        const Value texts = make_list(arena, std::array{Value::string("a"), Value::string("\xc3\xbc"), Value::string("")});
        const Value map =
            make_map(arena, std::array{MapEntry{Value::string("k"), Value::integer(1)}, MapEntry{Value::string("z"), Value::integer(0)}});
        add("b", TypeKind::Bool, Value::boolean(true));
        add("i", TypeKind::Int, Value::integer(42));
        add("u", TypeKind::Uint, Value::natural(7));
        add("d", TypeKind::Double, Value::real(2.5));
        add("s", TypeKind::String, Value::string("trust \xe2\x82\xac"));
        add("y", TypeKind::Bytes, Value::bytes(anchor::as_bytes("\x01\xff")));
        add("t", TypeKind::Timestamp, Value::timestamp(Timestamp{1'700'000'000, 5}));
        add("r", TypeKind::Duration, Value::duration(std::chrono::seconds(90)));
        add("l", Type::list(TypeKind::Int), numbers);
        add("x", Type::list(TypeKind::String), texts);
        add("m", Type::map(TypeKind::String, TypeKind::Int), map);
        add("a.b", TypeKind::Int, Value::integer(1));
        add("n", TypeKind::Dyn, Value::null());
    }
    void add(const char* name, Type type, const Value& value) {
        if (!environment.declare(name, std::move(type)).has_value()) std::abort();
        values.push_back(value);
    }
    Arena arena;
    Environment environment{Extension::All, kLimits};
    std::vector<Value> values;
};

bool is_limit(const Value& value) { return value.is(Kind::Error) && value.error_code() == ErrorCode::LimitExceeded; }

bool holds_nan(const Value& value) { return to_string(value, 4096).find("NaN") != std::string::npos; }

bool agree(const Value& a, const Value& b) {
    if (is_limit(a) || is_limit(b)) return true;  // the short cuts cost less
    if (a.kind() != b.kind()) return false;
    if (!a.is_known()) return true;
    return equal(a, b) || holds_nan(a);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    if (size == 0) return 0;
    const std::string_view text = anchor::as_text({data + 1, size - 1});
    const auto checked = compile(world.environment, text, {.check = true, .validate_literals = false});
    if (!checked.has_value()) return 0;
    const auto unchecked = compile(world.environment, text, {.check = false, .validate_literals = false});
    const auto plain = compile(world.environment, text, {.check = true, .validate_literals = false, .shortcuts = false});
    if (!unchecked.has_value() || !plain.has_value()) std::abort();

    std::vector<Value> values = world.values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        if ((data[0] >> (i % 8) & 1U) != 0) values[i] = Value::unknown(i);
    }
    Scratch one(kLimits);
    Scratch other(kLimits);
    const Value value = checked->evaluate(values, one);
    if (!agree(value, unchecked->evaluate(values, other))) std::abort();
    const Value without = plain->evaluate(values, other);
    if (!agree(value, without) || (value.is_known() && one.spent() > other.spent())) std::abort();
    return 0;
}
