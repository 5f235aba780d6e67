// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <anchor/cel/type.h>

namespace anchor::cel {
namespace {

TEST(Type, IsReadAsItIsWritten) {
    for (const char* text :
         {"int", "list(int)", "map(string, list(optional_type(dyn)))", "timestamp", "duration", "net.IP", "type(int)", "null_type"}) {
        const Result<Type> type = parse_type(text);
        ASSERT_TRUE(type.has_value()) << text;
        EXPECT_EQ(to_string(*type), text);
    }
    EXPECT_EQ(to_string(parse_type("google.protobuf.Timestamp").value()), "timestamp");
    EXPECT_EQ(to_string(parse_type(" map( int ,bool ) ").value()), "map(int, bool)");
    EXPECT_EQ(to_string(parse_type("list").value()), "list(dyn)");
}

TEST(Type, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(parse_type("integer").error().what, "type: there is no type 'integer'");
    EXPECT_EQ(parse_type("list(int").error().what, "type: expected ',' or ')' at offset 8");
    EXPECT_EQ(parse_type("int int").error().what, "type: expected the end at offset 4");
    EXPECT_EQ(parse_type("").error().what, "type: expected a type name at offset 0");
    EXPECT_EQ(parse_type("map(int)").error().what, "type: 'map' takes 2 parameters");
    EXPECT_EQ(parse_type("int(bool)").error().what, "type: 'int' takes 0 parameters");
    std::string deep = "int";
    for (int i = 0; i < 50; ++i) deep = "list(" + deep + ")";
    EXPECT_EQ(parse_type(deep).error().what, "type: more than 16 levels");
}

TEST(Type, KnowsParametersAndOpaqueNames) {
    EXPECT_EQ(parse_type("A").value().kind(), TypeKind::Parameter);
    EXPECT_FALSE(parse_type("tuple(A, B)").has_value());
    EXPECT_EQ(to_string(parse_type("tuple(A, B)", UnknownNames::Opaque).value()), "tuple(A, B)");
    EXPECT_EQ(Type::list(TypeKind::Int), parse_type("list(int)").value());
    EXPECT_FALSE(Type::list(TypeKind::Int) == Type::list(TypeKind::Uint));
}

}  // namespace
}  // namespace anchor::cel
