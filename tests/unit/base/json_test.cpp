// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/json.h>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace anchor {
namespace {

std::string complaint(std::string_view text, JsonLimits limits = {}) {
    const auto parsed = parse_json(text, limits);
    return parsed ? "accepted" : parsed.error().what;
}

TEST(StrictJson, ReadsEveryKindOfValue) {
    const Json value = parse_json(R"({"a":[1,-2,1.5,true,false,null,"x"],"b":{}})").value();
    EXPECT_EQ(value.dump(), R"({"a":[1,-2,1.5,true,false,null,"x"],"b":{}})");
    EXPECT_EQ(parse_json("18446744073709551615").value().get<std::uint64_t>(), UINT64_MAX);
}

TEST(StrictJson, RefusesDuplicateKeysWithTheirPlace) {
    EXPECT_EQ(complaint("{\"a\": 1,\n \"b\": 2, \"a\": 3}"), "line 2, column 12: duplicate key \"a\"");
}

TEST(StrictJson, RefusesDepthAndSizeBeyondTheLimit) {
    EXPECT_EQ(complaint(std::string(200'000, '[')), "line 1, column 33: nested deeper than 32 levels");
    EXPECT_EQ(complaint("[1,2,3]", {.octets = 6}), "JSON of 7 octets, at most 6 are accepted");
}

TEST(StrictJson, RefusesWhatIsNotJson) {
    for (const auto* text : {"", "{", "[1,]", "{\"a\"}", "01", "nul", "\"\xff\"", "[1] x", "{a:1}", "'a'", "[1] // c", "NaN", "\"\t\""}) {
        EXPECT_NE(complaint(text), "accepted") << text;
        EXPECT_TRUE(complaint(text).starts_with("line 1, column ")) << complaint(text);
    }
}

TEST(StrictJson, KnowsWhereEveryValueStands) {
    const std::string text = "{\n  \"rules\": [\n    {\"id\": \"a\\\"b\", \"risk\": -60},\n    true\n  ],\n  \"x/y~\": 1.5e3\n}";
    JsonPositions positions;
    ASSERT_TRUE(parse_json(text, {}, positions));
    const auto at = [&](const char* pointer) { return std::pair{positions.at(pointer).line, positions.at(pointer).column}; };
    EXPECT_EQ(at(""), std::pair(1U, 1U));
    EXPECT_EQ(at("/rules"), std::pair(2U, 12U));
    EXPECT_EQ(at("/rules/0"), std::pair(3U, 5U));
    EXPECT_EQ(at("/rules/0/id"), std::pair(3U, 12U));
    EXPECT_EQ(at("/rules/0/risk"), std::pair(3U, 28U));
    EXPECT_EQ(at("/rules/1"), std::pair(4U, 5U));
    EXPECT_EQ(at("/x~1y~0"), std::pair(6U, 11U));
    EXPECT_EQ(positions.size(), 7U);
}

TEST(StrictJson, TypedAccessNamesTheMember) {
    const Json value = parse_json(R"({"s":"x","n":-1,"u":18446744073709551615,"o":"-_8"})").value();
    EXPECT_EQ(json_string(value, "s").value(), "x");
    EXPECT_EQ(json_integer(value, "n").value(), -1);
    EXPECT_EQ(json_unsigned(value, "u").value(), UINT64_MAX);
    EXPECT_EQ(json_unsigned(Json{{"made", 60}}, "made").value(), 60U) << "a value made here has no sign bit to show";
    EXPECT_EQ(json_octets(value, "o").value(), (Bytes{0xfb, 0xff}));
    EXPECT_EQ(json_string(value, "gone").error().what, "\"gone\" is missing");
    EXPECT_EQ(json_integer(value, "u").error().what, "\"u\" is number, expected a 64-bit integer");
    EXPECT_EQ(json_unsigned(value, "n").error().what, "\"n\" is number, expected an integer that is not negative");
    EXPECT_EQ(json_only_keys(value, {"s", "n", "u"}).error().what, "unknown key \"o\"");
}

}  // namespace
}  // namespace anchor
