// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/cel/value.h>

namespace anchor::cel {
namespace {

using testing::ElementsAre;

TEST(Value, PrintsAsALiteral) {
    Arena arena;
    const std::array<Value, 3> elements{Value::integer(1), Value::natural(2), Value::real(3)};
    const std::array<MapEntry, 1> entries{MapEntry{Value::string("k"), Value::list(elements)}};

    EXPECT_EQ(to_string(make_map(arena, entries)), "{\"k\": [1, 2u, 3.0]}");
    EXPECT_EQ(to_string(Value::string("a\"\n")), "\"a\\\"\\n\"");
    EXPECT_EQ(to_string(Value::timestamp(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(-1)))),
              "timestamp(\"1969-12-31T23:59:59.999Z\")");
    EXPECT_EQ(to_string(Value::duration(std::chrono::seconds(90))), "duration(\"90s\")");
    EXPECT_EQ(to_string(Value::null()), "null");
    EXPECT_EQ(to_string(Value::unknown(3)), "unknown");
}

TEST(Value, PrintsNoMoreThanAsked) {
    const std::string text(1000, 'a');

    EXPECT_EQ(to_string(Value::string(text), 5), "\"aaaa\xe2\x80\xa6");
    EXPECT_EQ(to_string(Value::string("\xe2\x82\xac\xe2\x82\xac"), 3).substr(0, 1), "\"");
}

TEST(Value, CopyBorrowsFromNothingElse) {
    Arena arena;
    Value kept;
    {
        Arena short_lived;
        const std::string text = "text that is long enough not to be kept inside of the string object";
        const std::array<Value, 2> elements{Value::string(text), make_optional(short_lived, Value::integer(7))};
        const std::array<MapEntry, 1> entries{MapEntry{Value::string(text), make_list(short_lived, elements)}};
        kept = copy(arena, make_map(short_lived, entries));
    }

    EXPECT_EQ(to_string(kept),
              "{\"text that is long enough not to be kept inside of the string object\": [\"text that is long enough not to be kept inside "
              "of the "
              "string object\", optional.of(7)]}");
}

TEST(Value, CopyStopsAtTheLimitOfTheArena) {
    Arena small(64);
    const std::string text(100, 'a');
    const std::array<Value, 1> elements{Value::string(text)};

    EXPECT_EQ(copy(small, Value::list(elements)).error_code(), ErrorCode::LimitExceeded);
    EXPECT_EQ(make_list(small, std::vector<Value>(100)).error_code(), ErrorCode::LimitExceeded);
}

TEST(Map, FindsNumbersAcrossTypesAndTextsInLargeMaps) {
    Arena arena;
    std::vector<std::string> names;
    std::vector<MapEntry> entries;
    for (int i = 0; i < 100; ++i) names.push_back("name" + std::to_string(i));
    for (int i = 0; i < 100; ++i) entries.push_back({Value::string(names[static_cast<std::size_t>(i)]), Value::integer(i)});
    for (int i = 0; i < 100; ++i)
        entries.push_back({i % 2 == 0 ? Value::integer(i) : Value::natural(static_cast<std::uint64_t>(i)), Value::integer(i)});
    const Value map = make_map(arena, entries);
    ASSERT_TRUE(map.is(Kind::Map));

    EXPECT_EQ(map.as_map().find(Value::string("name77"))->as_int(), 77);
    EXPECT_EQ(map.as_map().find(Value::natural(42))->as_int(), 42);
    EXPECT_EQ(map.as_map().find(Value::real(43.0))->as_int(), 43);
    EXPECT_EQ(map.as_map().find(Value::real(43.5)), nullptr);
    EXPECT_EQ(map.as_map().find(Value::string("none")), nullptr);
    EXPECT_EQ(map.as_map().find(Value::null()), nullptr);
}

TEST(Map, ComparesWithoutOrder) {
    Arena arena;
    const std::array<MapEntry, 2> one{MapEntry{Value::integer(1), Value::string("a")}, MapEntry{Value::integer(2), Value::string("b")}};
    const std::array<MapEntry, 2> other{MapEntry{Value::natural(2), Value::string("b")}, MapEntry{Value::integer(1), Value::string("a")}};

    EXPECT_TRUE(equal(make_map(arena, one), make_map(arena, other)));
    EXPECT_EQ(make_map(arena, std::array{one[0], other[1]}).error_code(), ErrorCode::DuplicateKey);
    EXPECT_EQ(make_map(arena, std::array{MapEntry{Value::null(), Value::null()}}).error_code(), ErrorCode::NoSuchOverload);
}

TEST(Unknown, MergesWhatIsMissing) {
    Arena arena;
    const Value three = Value::unknown(3);
    const Value merged = merge_unknowns(arena, merge_unknowns(arena, Value::unknown(7), three), Value::unknown(5));

    EXPECT_THAT(three.unknown_attributes(), ElementsAre(3));
    EXPECT_THAT(merged.unknown_attributes(), ElementsAre(3, 5, 7));
    const Value same = merge_unknowns(arena, merged, three);
    EXPECT_EQ(same.unknown_attributes().data(), merged.unknown_attributes().data());
}

TEST(Arena, GivesNothingBeyondItsLimitAndForgetsInOneStep) {
    Arena arena(1000);

    EXPECT_NE(arena.allocate(900), nullptr);
    EXPECT_EQ(arena.allocate(200), nullptr);
    EXPECT_EQ(arena.allocate_array<Value>(SIZE_MAX / 8), nullptr);
    arena.reset();
    EXPECT_EQ(arena.used(), 0U);
    EXPECT_NE(arena.allocate(900), nullptr);
}

TEST(ValueDeathTest, ReadingAnotherKindAborts) { EXPECT_DEATH(static_cast<void>(Value::integer(1).as_string()), ""); }

}  // namespace
}  // namespace anchor::cel
