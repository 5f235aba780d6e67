// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cel/utf8.h"

namespace anchor::cel {
namespace {

TEST(Utf8, RoundTripsEveryLength) {
    for (const char32_t point : {0x00U, 0x7fU, 0x80U, 0x7ffU, 0x800U, 0xd7ffU, 0xe000U, 0xffffU, 0x10000U, 0x10ffffU}) {
        std::string text;
        append_utf8(text, point);
        EXPECT_EQ(decode_at(text, 0).value, point);
        EXPECT_EQ(decode_at(text, 0).octets, text.size());
        EXPECT_TRUE(is_utf8(text));
    }
}

TEST(Utf8, RefusesOverlongSurrogateAndCutSequences) {
    for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1", "\xff"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
        EXPECT_EQ(decode_at(text, 0).octets, 1U);
    }
}

TEST(Utf8, FindsCodePointsByNumber) {
    constexpr std::string_view kText = "a\xc3\xbc\xe2\x82\xac";

    EXPECT_EQ(count_code_points(kText), 3U);
    EXPECT_EQ(offset_of(kText, 0), 0U);
    EXPECT_EQ(offset_of(kText, 2), 3U);
    EXPECT_EQ(offset_of(kText, 3), kText.size());
    EXPECT_EQ(offset_of(kText, 4), std::nullopt);
}

}  // namespace
}  // namespace anchor::cel
