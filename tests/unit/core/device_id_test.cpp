// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/device_id.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(DeviceId, IsTheFrontOfTheDigestInBase32) {
    const DeviceId id = DeviceId::from_digest(Digest(HashAlg::Sha256));
    EXPECT_EQ(id.text(), "aaaaaaaaaaaaaaaaaaaaaaaaaa");
    EXPECT_EQ(DeviceId::parse(id.text()).value(), id);
}

TEST(DeviceId, RefusesWhatCouldBreakATopicOrAPath) {
    for (const auto* text : {"", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaaaaaaaaaaaa+", "aaaaaaaaaaaa/aaaaaaaaaaaaa",
                             "aaaaaaaaaaaaaaaaaaaaaaaaaa1"}) {
        EXPECT_FALSE(DeviceId::parse(text)) << text;
    }
}

}  // namespace
}  // namespace anchor
