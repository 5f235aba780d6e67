// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/time.h>

#include <gtest/gtest.h>

namespace anchor {
namespace {

TEST(WallTimeText, PrintsAndReadsBack) {
    const WallTime time{Milliseconds{1'814'313'600'123}};
    EXPECT_EQ(to_rfc3339(time), "2027-06-30T00:00:00.123Z");
    EXPECT_EQ(from_rfc3339("2027-06-30T00:00:00.123Z").value(), time);
    EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339(WallTime{Milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(WallTimeText, ReadsOffsetsLeapSecondsAndFineFractions) {
    EXPECT_EQ(to_rfc3339(from_rfc3339("2024-02-29T23:59:60+01:30").value()), "2024-02-29T22:30:00Z");
    EXPECT_EQ(to_rfc3339(from_rfc3339("2024-02-29t01:00:00.5-00:30").value()), "2024-02-29T01:30:00.500Z");
    EXPECT_EQ(to_rfc3339(from_rfc3339("2024-02-29T01:00:00.123456789Z").value()), "2024-02-29T01:00:00.123Z");
}

TEST(WallTimeText, RefusesWhatIsNotRfc3339) {
    for (const auto* text : {"", "2024", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00",
                             "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Zx",
                             "0000-01-01T00:00:00Z", "2024-01-01T00:00:00+24:00", "-024-01-01T00:00:00Z", "2024-1-01T00:00:00Z"}) {
        EXPECT_FALSE(from_rfc3339(text)) << text;
    }
}

TEST(DurationText, ReadsWhatItPrints) {
    for (const auto* text : {"0s", "250ms", "1s", "90s", "5m", "1h30m", "2d", "1d2h3m4s5ms"}) {
        EXPECT_EQ(parse_duration(to_text(parse_duration(text).value())).value(), parse_duration(text).value()) << text;
    }
    EXPECT_EQ(to_text(parse_duration("90s").value()), "1m30s");
    EXPECT_EQ(parse_duration("1d").value(), std::chrono::hours{24});
}

TEST(DurationText, PrintsTheLeastThatThereIs) { EXPECT_EQ(to_text(Milliseconds::min()), "-" + to_text(Milliseconds::max())); }

TEST(DurationText, RefusesOtherForms) {
    for (const auto* text : {"", "5", "m", "-5m", "5 m", "5m1h", "5m5m", "1.5h", "5y", "99999999999999999999s", "9223372036854775807d"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

}  // namespace
}  // namespace anchor
