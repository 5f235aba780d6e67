// SPDX-License-Identifier: Apache-2.0
// The short form of simple conditions says what the machine says, whatever the values are.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "evaluation.h"

namespace anchor::cel {
namespace {

constexpr CompileOptions kPlain{.shortcuts = false};

// Texts of conditions, made at random from what questions can say and a little that they can't.
class Conditions {
public:
    explicit Conditions(std::uint32_t seed) : random_(seed) {}

    std::string any(int depth) {
        switch (depth <= 0 ? 9 : pick(12)) {
            case 0:
            case 1: return "(" + any(depth - 1) + " && " + any(depth - 1) + ")";
            case 2:
            case 3: return "(" + any(depth - 1) + " || " + any(depth - 1) + ")";
            case 4: return "!(" + any(depth - 1) + ")";
            case 5: return "(" + any(depth - 1) + " ? " + any(depth - 1) + " : " + one_of({"true", "false", "b", "i > 1"}) + ")";
            case 6: return "l.all(e, " + one_of({"e in ['a', 'b']", "e == s", "e.startsWith('a') || b", "size(e) < 3"}) + ")";
            case 7: return "n.exists(e, " + one_of({"e == 2", "e in [1, 9]", "e < 3 && b", "e == i", "n.all(f, f < e)"}) + ")";
            default: return simple();
        }
    }

private:
    std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
    std::string one_of(std::vector<std::string> texts) { return texts[pick(texts.size())]; }
    std::string relation() { return one_of({" == ", " != ", " < ", " <= ", " > ", " >= "}); }
    std::string equality() { return one_of({" == ", " != "}); }

    std::string simple() {
        switch (pick(12)) {
            case 0: return "b";
            case 1: return "b" + equality() + one_of({"true", "false"});
            case 2: return "i" + relation() + one_of({"-1", "0", "3", "9223372036854775807"});
            case 3: return one_of({"1.5", "0.0", "-2.0"}) + relation() + "d";
            case 4: return "s" + equality() + one_of({"''", "'abc'", "'" + std::string(70, 'x') + "'", "'" + std::string(300, 'y') + "'"});
            case 5: return "r" + relation() + one_of({"duration('1s')", "duration('-1h')"});
            case 6: return "i in [1, 2, 3]";
            case 7: return "s in ['abc', '', '" + std::string(70, 'x') + "']";
            case 8: return one_of({"i + j", "i - j", "j - i"}) + relation() + "2";
            case 9: return one_of({"d + d", "d - d"}) + relation() + "1.5";
            case 10: return one_of({"s.startsWith('ab')", "s.endsWith('bc')", "s.startsWith('')", "s.contains('b')"});
            default: return one_of({"size(l)", "n.size()", "size(s)"}) + relation() + "2";
        }
    }

    std::mt19937 random_;
};

class World {
public:
    World() {
        declare("b", TypeKind::Bool, {Value::boolean(true), Value::boolean(false)});
        declare("i", TypeKind::Int, {Value::integer(0), Value::integer(3), Value::integer(INT64_MAX), Value::integer(INT64_MIN)});
        declare("j", TypeKind::Int, {Value::integer(1), Value::integer(-1)});
        declare("d", TypeKind::Double, {Value::real(1.5), Value::real(-0.0), Value::real(std::nan("")), Value::real(HUGE_VAL)});
        declare("s", TypeKind::String, {Value::string("abc"), Value::string(""), Value::string(long_), Value::string(longest_)});
        declare("r", TypeKind::Duration, {Value::duration(std::chrono::seconds(1)), Value::duration(std::chrono::hours(-2))});
        declare("l", Type::list(TypeKind::String), {Value::list(texts_), Value::list({})});
        declare("n", Type::list(TypeKind::Int), {Value::list(numbers_), Value::list(mixed_)});
    }

    const Environment& environment() const { return environment_; }

    // Mostly of the declared types, now and then unknown, wrong, or another number.
    std::vector<Value> values(std::mt19937& random) const {
        std::vector<Value> values;
        for (std::uint32_t slot = 0; slot < pools_.size(); ++slot) {
            const std::array others{Value::unknown(slot), Value::error(ErrorCode::NoSuchKey, "gone"), Value::natural(3), Value::null()};
            const auto& pool = random() % 4 == 0 ? std::vector<Value>(others.begin(), others.end()) : pools_[slot];
            values.push_back(pool[random() % pool.size()]);
        }
        return values;
    }

private:
    void declare(const char* name, Type type, std::vector<Value> pool) {
        if (!environment_.declare(name, std::move(type)).has_value()) std::abort();
        pools_.push_back(std::move(pool));
    }

    const std::string long_ = std::string(70, 'x');
    const std::string longest_ = std::string(300, 'y');
    const std::array<Value, 2> texts_{Value::string("a"), Value::string("abc")};
    const std::array<Value, 3> numbers_{Value::integer(1), Value::integer(2), Value::integer(3)};
    const std::array<Value, 2> mixed_{Value::integer(9), Value::unknown(77)};
    Environment environment_;
    std::vector<std::vector<Value>> pools_;
};

TEST(Questions, SayWhatTheMachineSaysForAllConditionsAndValues) {
    const World world;
    Conditions conditions(7);
    std::mt19937 random(11);
    Scratch scratch;
    Scratch other;
    std::size_t decided = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::string text = conditions.any(3);
        const auto program = compile(world.environment(), text);
        const auto plain = compile(world.environment(), text, kPlain);
        ASSERT_TRUE(program.has_value() && plain.has_value()) << text;
        for (int k = 0; k < 12; ++k) {
            const std::vector<Value> values = world.values(random);
            const Value value = program->evaluate(values, scratch);
            const Value wanted = plain->evaluate(values, other);
            ASSERT_EQ(to_string(value), to_string(wanted)) << text;
            ASSERT_EQ(scratch.spent(), other.spent()) << text;
            if (value.is(Kind::Unknown)) {
                const auto left = value.unknown_attributes();
                const auto right = wanted.unknown_attributes();
                ASSERT_TRUE(std::equal(left.begin(), left.end(), right.begin(), right.end())) << text;
            }
            if (value.is(Kind::Bool)) ++decided;
        }
    }
    EXPECT_GT(decided, 3000U);
}

TEST(Questions, CostWhatTheMachineCosts) {
    std::vector<Value> many(2000, Value::integer(1));
    Environment environment(Extension::All, Limits{.cost = 1000});
    ASSERT_TRUE(environment.declare("n", Type::list(TypeKind::Int)).has_value());
    const auto program = compile(environment, "n.all(e, e < 5)");
    ASSERT_TRUE(program.has_value());
    Scratch scratch(environment.limits());

    const Value value = program->evaluate(std::array{Value::list(many)}, scratch);

    ASSERT_TRUE(value.is(Kind::Error));
    EXPECT_EQ(value.error_code(), ErrorCode::LimitExceeded);
}

// One question after the other calls the next one; beyond a bound there are none.
TEST(Questions, AreAskedByLongChainsToo) {
    const std::vector<Given> given{{"i", TypeKind::Int, Value::integer(4)}};
    for (const int length : {400, 1500}) {
        std::string text = "i in [1]";
        for (int i = 0; i < length; ++i) text += " || i + i == " + std::to_string(i * 2 + 1);

        EXPECT_EQ(shown(text, given), "false") << length;
        EXPECT_EQ(shown(text, given, kPlain), "false") << length;
    }
}

TEST(Questions, AreNotAskedWhereTheMachineWouldHaveToSayItAnyway) {
    const World world;
    const auto asks = [&](const std::string& text) {
        return compile(world.environment(), text)->memory() > compile(world.environment(), text, kPlain)->memory();
    };

    EXPECT_TRUE(asks("d < 1.0 && s == 'abc'"));
    EXPECT_FALSE(asks("d < 1"));
    EXPECT_FALSE(asks("2 >= d"));
    EXPECT_FALSE(asks("s == '" + std::string(300, 'y') + "'"));
}

}  // namespace
}  // namespace anchor::cel
