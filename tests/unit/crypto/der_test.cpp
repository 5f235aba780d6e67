// SPDX-License-Identifier: Apache-2.0
#include "crypto/der.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <anchor/base/encoding.h>

namespace anchor::crypto::der {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }
WallTime at(std::string_view text) { return from_rfc3339(text).value(); }

TEST(Der, RefusesEverySecondSpellingOfALength) {
    for (const std::string_view bad :
         {"048001000000", "04810100", "0482008000", "0485000000000100", "0401", "04", "1f0100", "0484ffffffff00"}) {
        const Bytes octets = hex(bad);
        EXPECT_FALSE(Reader(octets).any("field")) << bad;
    }
    Bytes long_one = hex("048180");
    long_one.resize(3 + 128);
    EXPECT_EQ(Reader(long_one).any("field")->content.size(), 128U);
}

TEST(Der, NamesFieldAndOffset) {
    const Bytes octets = hex("30060201010402ffff");
    Reader outer(octets);
    Reader inner = outer.enter(kSequence, "outer").value();
    ASSERT_TRUE(inner.small_integer("first"));

    const auto refused = inner.small_integer("second");

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what, "second: another type at offset 5");
}

TEST(Der, RefusesNumbersThatAreNegativeOrPadded) {
    for (const std::string_view bad : {"0200", "020180", "02020001", "02020000"}) {
        const Bytes octets = hex(bad);
        EXPECT_FALSE(Reader(octets).unsigned_integer("number")) << bad;
    }
    const Bytes wide = hex("02050100000000");
    EXPECT_FALSE(Reader(wide).small_integer("number")) << "above 32 bits";
    const Bytes largest = hex("020500ffffffff");
    EXPECT_EQ(Reader(largest).small_integer("number").value(), 0xffffffffU);
}

TEST(Der, WritesNumbersShortAndPositive) {
    EXPECT_EQ(to_hex(small_integer(0)), "020100");
    EXPECT_EQ(to_hex(small_integer(127)), "02017f");
    EXPECT_EQ(to_hex(small_integer(128)), "02020080");
    EXPECT_EQ(to_hex(unsigned_integer(hex("0000ff"))), "020200ff");
    EXPECT_EQ(to_hex(unsigned_integer({})), "020100");
    EXPECT_EQ(to_hex(octet_string(Bytes(128))).substr(0, 6), "048180");
    EXPECT_EQ(to_hex(octet_string(Bytes(256))).substr(0, 8), "04820100");
}

TEST(Der, WritesTimeInTheFormOfItsYear) {
    EXPECT_EQ(as_text(ByteView(time(at("2049-12-31T23:59:59Z"))).subspan(2)), "491231235959Z");
    EXPECT_EQ(as_text(ByteView(time(at("2050-01-01T00:00:00Z"))).subspan(2)), "20500101000000Z");
    for (const std::string_view text : {"1950-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2024-02-29T12:00:00Z", "9999-12-31T23:59:59Z"}) {
        const Bytes octets = time(at(text));
        EXPECT_EQ(Reader(octets).time("time").value(), at(text));
    }
}

TEST(Der, RefusesTimesThatDontExistOrAreNotUtcToTheSecond) {
    for (const std::string_view bad :
         {"250229000000Z", "251301000000Z", "250101240000Z", "250101006000Z", "2501010000Z", "250101000000+0000", "2x0101000000Z"}) {
        const Bytes octets = element(kUtcTime, {as_bytes(bad)});
        EXPECT_FALSE(Reader(octets).time("time")) << bad;
    }
    const Bytes fraction = element(kGeneralizedTime, {as_bytes("20500101000000.5Z")});
    EXPECT_FALSE(Reader(fraction).time("time"));
    const Bytes text = element(kUtf8String, {as_bytes("250101000000Z")});
    EXPECT_FALSE(Reader(text).time("time"));
}

TEST(Der, RefusesTruthThatIsNeither) {
    for (const std::string_view bad : {"010101", "0100", "0102ffff"}) {
        const Bytes octets = hex(bad);
        EXPECT_FALSE(Reader(octets).boolean("flag")) << bad;
    }
}

TEST(Der, ShowsObjectIdentifiersAsNumbers) {
    EXPECT_EQ(oid_text(hex("2a8648ce3d0201")), "1.2.840.10045.2.1");
    EXPECT_EQ(oid_text(hex("6781050801")), "2.23.133.8.1");
    EXPECT_EQ(oid_text(hex("551d25")), "2.5.29.37");
    EXPECT_EQ(oid_text({}), "?");
    EXPECT_EQ(oid_text(hex("2a86")), "?") << "cut off";
    EXPECT_EQ(oid_text(Bytes(12, 0xff)), "?");
}

}  // namespace
}  // namespace anchor::crypto::der
