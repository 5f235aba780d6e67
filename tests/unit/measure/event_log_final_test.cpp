// SPDX-License-Identifier: Apache-2.0

// The final events table: what firmware measured after a loader asked for the log.

#include <anchor/measure/event_log.h>

#include <gtest/gtest.h>

#include "event_log_builder.h"

namespace anchor::measure {
namespace {

std::vector<std::string> contents(const EventLog& log) {
    std::vector<std::string> texts;
    for (const BootEvent& event : log.events()) texts.emplace_back(as_text(event.content));
    texts.erase(texts.begin());  // Spec ID
    return texts;
}

Bytes table(std::uint64_t count, std::initializer_list<std::string_view> actions) {
    auto log = LogBuilder::agile();
    const std::size_t head = log.size();
    log.final_table(count);
    for (const std::string_view action : actions) log.event(5, EventType::EfiAction, action);
    return {log.octets().begin() + static_cast<std::ptrdiff_t>(head), log.octets().end()};
}

LogBuilder log_of(std::initializer_list<std::string_view> actions) {
    auto log = LogBuilder::agile();
    for (const std::string_view action : actions) log.event(5, EventType::EfiAction, action);
    return log;
}

TEST(FinalEvents, ContinueTheLog) {
    const auto built = log_of({"a", "b"});
    const Bytes final_events = table(2, {"c", "d"});
    const EventLog log = parse_event_log(built.octets(), final_events);

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(contents(log), (std::vector<std::string>{"a", "b", "c", "d"}));
    EXPECT_EQ(log.events().back().number, 4U);
}

TEST(FinalEvents, AreReadBehindTheLogItself) {
    auto built = log_of({"a"});
    built.raw(table(1, {"b"}));
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(contents(log), (std::vector<std::string>{"a", "b"}));
}

TEST(FinalEvents, MayBeNone) {
    auto built = log_of({"a"});
    built.raw(table(0, {}));
    const EventLog log = parse_event_log(built.octets());

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(contents(log), std::vector<std::string>{"a"});
}

TEST(FinalEvents, ThatRepeatTheEndOfTheLogCountOnce) {
    const auto built = log_of({"a", "x", "y", "x", "y"});
    const Bytes final_events = table(4, {"x", "y", "x", "z"});
    const EventLog log = parse_event_log(built.octets(), final_events);

    ASSERT_FALSE(log.problem()) << log.problem()->what;
    EXPECT_EQ(contents(log), (std::vector<std::string>{"a", "x", "y", "x", "y", "x", "z"}));
}

TEST(FinalEvents, ThatAreAllInTheLogAddNothing) {
    const auto built = log_of({"a", "a", "a"});
    const Bytes final_events = table(2, {"a", "a"});
    const EventLog log = parse_event_log(built.octets(), final_events);

    EXPECT_EQ(contents(log), (std::vector<std::string>{"a", "a", "a"}));
}

TEST(FinalEvents, MustBeAsManyAsTheirHeaderSays) {
    const auto built = log_of({"a"});
    const Bytes too_few = table(3, {"b"});
    const Bytes too_many = table(1, {"b", "c"});

    const EventLog short_log = parse_event_log(built.octets(), too_few);
    ASSERT_TRUE(short_log.problem());
    EXPECT_EQ(contents(short_log), (std::vector<std::string>{"a", "b"}));
    const EventLog long_log = parse_event_log(built.octets(), too_many);
    ASSERT_TRUE(long_log.problem());
    EXPECT_NE(long_log.problem()->what.find("left over after the final events table"), std::string::npos) << long_log.problem()->what;
}

TEST(FinalEvents, OfAnotherVersionAreRefused) {
    const auto built = log_of({"a"});
    Bytes final_events = table(1, {"b"});
    final_events[0] = 2;
    const EventLog log = parse_event_log(built.octets(), final_events);

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.problem()->what, "final events table: offset 0: version of the final events table is 2, expected 1");
    EXPECT_EQ(contents(log), std::vector<std::string>{"a"});
}

TEST(FinalEvents, NeedALogThatDeclaresItsAlgorithms) {
    const auto built = LogBuilder::old_form().sha1(7, EventType::Separator, Bytes(4, 0));
    const EventLog log = parse_event_log(built.octets(), table(1, {"b"}));

    ASSERT_TRUE(log.problem());
    EXPECT_EQ(log.events().size(), 1U);
}

}  // namespace
}  // namespace anchor::measure
