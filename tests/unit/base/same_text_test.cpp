// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include <anchor/base/same_text.h>

namespace anchor {
namespace {

TEST(SameText, SeesEachOctetOfEachLength) {
    for (std::size_t size = 0; size < 140; ++size) {
        const std::string text(size, 'a');
        EXPECT_TRUE(same_text(text, std::string(size, 'a'))) << size;
        EXPECT_FALSE(same_text(text, text + 'a')) << size;
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = text;
            other[at] = 'b';
            EXPECT_FALSE(same_text(text, other)) << size << " at " << at;
        }
    }
}

}  // namespace
}  // namespace anchor
