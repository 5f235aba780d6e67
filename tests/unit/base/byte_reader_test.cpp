// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/byte_reader.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

const Bytes kOctets{1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(ByteReader, ReadsBothByteOrders) {
    EXPECT_EQ(ByteReader(kOctets).u16_le("x").value(), 0x0201);
    EXPECT_EQ(ByteReader(kOctets).u16_be("x").value(), 0x0102);
    EXPECT_EQ(ByteReader(kOctets).u32_le("x").value(), 0x04030201U);
    EXPECT_EQ(ByteReader(kOctets).u32_be("x").value(), 0x01020304U);
    EXPECT_EQ(ByteReader(kOctets).u64_le("x").value(), 0x0807060504030201U);
    EXPECT_EQ(ByteReader(kOctets).u64_be("x").value(), 0x0102030405060708U);
}

TEST(ByteReader, NamesFieldAndOffsetWhereOctetsAreMissing) {
    ByteReader reader(kOctets, 100);
    ASSERT_TRUE(reader.take(7, "header"));
    const auto short_read = reader.u32_le("event size");
    ASSERT_FALSE(short_read);
    EXPECT_EQ(short_read.error().what, "offset 107: event size needs 4 octets, 2 are left");
    EXPECT_EQ(reader.remaining(), 2U) << "a failed read takes nothing";
}

TEST(ByteReader, RefusesASizeThatWouldWrapAround) {
    ByteReader reader(kOctets);
    ASSERT_TRUE(reader.u8("first"));
    EXPECT_FALSE(reader.take(SIZE_MAX, "body"));
}

TEST(ByteReader, TellsWhatIsLeftOver) {
    ByteReader reader(kOctets);
    EXPECT_FALSE(reader.expect_end("log"));
    EXPECT_EQ(reader.rest().size(), 9U);
    EXPECT_TRUE(reader.expect_end("log"));
}

}  // namespace
}  // namespace anchor
