// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cel/time_zone.h"
#include "cel/timestamp.h"
#include "evaluation.h"

namespace anchor::cel {
namespace {

using std::chrono::nanoseconds;

TEST(Timestamp, IsReadStrictly) {
    EXPECT_EQ(to_string(*parse_timestamp("2024-02-29T23:59:59.120Z")), "2024-02-29T23:59:59.12Z");
    EXPECT_EQ(to_string(*parse_timestamp("2024-01-01T01:30:00+01:30")), "2024-01-01T00:00:00Z");
    EXPECT_EQ(to_string(*parse_timestamp("0001-01-01T00:00:00Z")), "0001-01-01T00:00:00Z");
    EXPECT_EQ(to_string(*parse_timestamp("1969-12-31T23:59:59.999999999Z")), "1969-12-31T23:59:59.999999999Z");
    for (const char* text :
         {"", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z",
          "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00",
          "0000-12-31T00:00:00Z", "0001-01-01T00:00:00+01:00", "2024-1-01T00:00:00Z", "2024-01-01T00:00:00Z "}) {
        EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
    }
}

TEST(Duration, IsReadAndWrittenWithoutLoss) {
    EXPECT_EQ(parse_duration_text("1h30m"), nanoseconds(5'400'000'000'000));
    EXPECT_EQ(parse_duration_text("-1.5s"), nanoseconds(-1'500'000'000));
    EXPECT_EQ(parse_duration_text("1us1ns"), nanoseconds(1001));
    EXPECT_EQ(parse_duration_text(".5m"), nanoseconds(30'000'000'000));
    EXPECT_EQ(parse_duration_text("0"), nanoseconds(0));
    EXPECT_EQ(parse_duration_text("-9223372036854775808ns"), nanoseconds(INT64_MIN));
    for (const char* text : {"", "-", "1", "1x", "s", ".s", "1h ", "9223372036854775808ns",
                             "300000h300000h300000h300000h300000h300000h300000h300000h300000h"}) {
        EXPECT_FALSE(parse_duration_text(text).has_value()) << text;
    }
    EXPECT_EQ(duration_text(nanoseconds(-500'000'000)), "-0.5s");
    EXPECT_EQ(duration_text(nanoseconds(90'000'000'001)), "90.000000001s");
}

TEST(Timestamp, ArithmeticStaysInRange) {
    EXPECT_EQ(shown("string(timestamp('1970-01-01T00:00:00.5Z') - duration('1s'))"), "\"1969-12-31T23:59:59.5Z\"");
    EXPECT_EQ(shown("timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')"), "error: the result is outside the range of its type");
    EXPECT_EQ(shown("timestamp(0) - timestamp('1969-12-31T23:59:59.999Z') == duration('1ms')"), "true");
    EXPECT_EQ(shown("duration('2562047h') + duration('2562047h')"), "error: the result is outside the range of its type");
    EXPECT_EQ(shown("duration('1s') + timestamp(0) == timestamp(1)"), "true");
}

TEST(Timestamp, HasFieldsInUtcAndElsewhere) {
    EXPECT_EQ(shown("[timestamp('2024-12-31T23:59:58.765Z')].map(t, [t.getFullYear(), t.getMonth(), t.getDate(), t.getDayOfMonth(), "
                    "t.getDayOfWeek(), t.getDayOfYear(), t.getHours(), t.getMinutes(), t.getSeconds(), t.getMilliseconds()])"),
              "[[2024, 11, 31, 30, 2, 365, 23, 59, 58, 765]]");
    EXPECT_EQ(shown("timestamp('2024-12-31T23:59:58Z').getFullYear('+00:01')"), "2025");
    EXPECT_EQ(shown("timestamp('2024-01-01T00:00:00Z').getHours('-01:00')"), "23");
    EXPECT_EQ(shown("timestamp(0).getHours('Nowhere/City')"), "error: there is no such time zone");
    EXPECT_EQ(shown("timestamp(0).getHours('../../../etc/passwd')"), "error: there is no such time zone");
    EXPECT_EQ(shown("timestamp(0).getHours('+25:00')"), "error: there is no such time zone");
}

TEST(Duration, HasTotalsAndAMillisecondPart) {
    EXPECT_EQ(shown("duration('3h25m45.678s').getHours()"), "3");
    EXPECT_EQ(shown("duration('3h25m').getMinutes()"), "205");
    EXPECT_EQ(shown("duration('-1.5s').getSeconds()"), "-1");
    EXPECT_EQ(shown("duration('1.678s').getMilliseconds()"), "678");
}

// A zone of one change, as RFC 9636 writes it: version 1 empty, version 2 with 64-bit times.
Bytes zone_file(std::uint32_t types, std::uint8_t type_of_change) {
    Bytes file;
    const auto number = [&](std::uint64_t value, int octets) {
        for (int i = octets - 1; i >= 0; --i) file.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    const auto header = [&](std::uint32_t changes, std::uint32_t local_types, std::uint32_t letters) {
        append(file, as_bytes("TZif2"));
        file.insert(file.end(), 15, 0);
        for (const std::uint32_t count : {0U, 0U, 0U, changes, local_types, letters}) number(count, 4);
    };
    header(0, 1, 1);
    file.insert(file.end(), 7, 0);
    header(1, types, 4);
    number(1000, 8);
    file.push_back(type_of_change);
    number(0, 4);
    number(0, 2);
    number(static_cast<std::uint32_t>(-3600), 4);
    number(0, 2);
    append(file, as_bytes(std::string_view("LMT\0", 4)));
    return file;
}

TEST(TimeZone, ChangesItsOffsetAtTheTransition) {
    const auto zone = TimeZone::parse(zone_file(2, 1));
    ASSERT_TRUE(zone.has_value());

    EXPECT_EQ(zone->offset_at(999), 0);
    EXPECT_EQ(zone->offset_at(1000), -3600);
}

TEST(TimeZone, IsReadOnceAndNeverByANameThatLeavesTheFolder) {
    static int reads = 0;
    Scratch scratch({}, [](const std::string& zone) -> Result<Bytes> {
        ++reads;
        EXPECT_EQ(zone, "Test/Zone");
        return zone_file(2, 1);
    });
    const auto hours_in = [&](const std::string& zone) {
        const Result<Program> program = compile(Environment(), "timestamp(7200).getHours('" + zone + "')");
        return program.has_value() ? to_string(program->evaluate({}, scratch)) : program.error().what;
    };

    EXPECT_EQ(hours_in("Test/Zone"), "1");
    EXPECT_EQ(hours_in("Test/Zone"), "1");
    EXPECT_EQ(hours_in("/Test/Zone"), "error: there is no such time zone");
    EXPECT_EQ(hours_in("../Test/Zone"), "error: there is no such time zone");
    EXPECT_EQ(hours_in("Test Zone"), "error: there is no such time zone");
    EXPECT_EQ(reads, 1);
}

TEST(TimeZone, RefusesFilesThatLie) {
    EXPECT_FALSE(TimeZone::parse(zone_file(2, 2)).has_value());
    EXPECT_FALSE(TimeZone::parse(as_bytes("TZif2")).has_value());
    EXPECT_FALSE(TimeZone::parse(as_bytes("no zone at all, but long enough to have a header in front of it")).has_value());
    Bytes cut = zone_file(2, 1);
    for (std::size_t size = 0; size < cut.size(); ++size) EXPECT_FALSE(TimeZone::parse(ByteView(cut).first(size)).has_value()) << size;
}

}  // namespace
}  // namespace anchor::cel
