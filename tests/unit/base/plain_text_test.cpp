// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/plain_text.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(PlainText, LetsThroughWhatPeopleRead) {
    for (const char* text : {"", "/usr/bin/a b", "the window … is open", "Straße 3, 日本, Ωμέγα", "ключ", "\xf0\x9f\x94\x91 key"}) {
        EXPECT_EQ(plain_text(text), text);
    }
}

TEST(PlainText, KeepsOutWhatSteersATerminal) {
    EXPECT_EQ(plain_text("a\x1b[2Jb"), "a?[2Jb");
    EXPECT_EQ(plain_text("one\ntwo\ttab\rback\x7f"), "one?two?tab?back?");
    EXPECT_EQ(plain_text("c1 \xc2\x9b"
                         "31m"),
              "c1 ?31m")
        << "U+009B is an escape sequence's beginning, too";
    EXPECT_EQ(plain_text(std::string_view("a\0b", 3)), "a?b");
}

TEST(PlainText, KeepsOutWhatHidesOrTurnsAround) {
    EXPECT_EQ(plain_text("exe\xe2\x80\xaegpj.x"), "exe?gpj.x") << "right-to-left override";
    EXPECT_EQ(plain_text("a\xe2\x81\xa6z\xe2\x81\xa9"), "a?z?") << "isolates";
    EXPECT_EQ(plain_text("zero\xe2\x80\x8bwidth"), "zero?width");
    EXPECT_EQ(plain_text("\xef\xbb\xbfmark"), "?mark");
    EXPECT_EQ(plain_text("two\xe2\x80\xa8lines"), "two?lines");
    EXPECT_EQ(plain_text("tag\xf3\xa0\x81\x81"), "tag?");
    EXPECT_EQ(plain_text("\xef\xbf\xbf\xf0\x9f\xbf\xbe"), "??") << "noncharacters";
}

TEST(PlainText, IsValidUtf8WhateverComes) {
    EXPECT_EQ(plain_text("\xff\xfe"), "??");
    EXPECT_EQ(plain_text("\xc0\xaf"), "??") << "a slash in two octets";
    EXPECT_EQ(plain_text("\xe0\x80\xaf"), "???");
    EXPECT_EQ(plain_text("\xed\xa0\x80"), "???") << "a surrogate";
    EXPECT_EQ(plain_text("\xf4\x90\x80\x80"), "????") << "above U+10FFFF";
    EXPECT_EQ(plain_text("cut \xe2\x80"), "cut ??");
    EXPECT_EQ(plain_text("\xe2(\xa1"), "?(?");
}

TEST(PlainText, IsCutBetweenCharactersWithinItsLimit) {
    EXPECT_EQ(plain_text("0123456789", 10), "0123456789");
    EXPECT_EQ(plain_text("0123456789a", 10), "0123456...");
    EXPECT_EQ(plain_text("012345ß89ab", 10), "012345...") << "the whole character or nothing of it";
    EXPECT_EQ(plain_text("abcdef", 2), "");
    for (std::size_t limit = 0; limit < 20; ++limit) EXPECT_LE(plain_text("äöü…ß日本\x1b日本語", limit).size(), limit);
}

}  // namespace
}  // namespace anchor
