// SPDX-License-Identifier: Apache-2.0
// Fields of timestamps, in UTC or a time zone, and of durations.
#include "failures.h"
#include "function_table.h"
#include "time_zone.h"
#include "timestamp.h"

namespace anchor::cel {
namespace {

constexpr std::uint64_t kZoneSteps = 1000;  // a look-up that may have to read a file

using Field = std::int64_t (*)(const CalendarTime&);

std::int64_t full_year(const CalendarTime& time) { return time.year; }
std::int64_t month(const CalendarTime& time) { return time.month - 1; }
std::int64_t date(const CalendarTime& time) { return time.day; }
std::int64_t day_of_month(const CalendarTime& time) { return time.day - 1; }
std::int64_t day_of_week(const CalendarTime& time) { return time.week_day; }
std::int64_t day_of_year(const CalendarTime& time) { return time.year_day - 1; }
std::int64_t hours(const CalendarTime& time) { return time.hour; }
std::int64_t minutes(const CalendarTime& time) { return time.minute; }
std::int64_t seconds(const CalendarTime& time) { return time.second; }
std::int64_t milliseconds(const CalendarTime& time) { return time.millisecond; }

Value field_of(Timestamp time, std::span<const Value> a, Field field, Scratch& scratch) {
    std::int64_t offset = 0;
    if (a.size() == 2) {
        if (!a[1].is(Kind::String)) return no_such_overload();
        if (!scratch.charge(kZoneSteps)) return cost_exceeded();
        const auto found = scratch.time_zones().offset(a[1].as_string(), time.seconds);
        if (!found.has_value()) return bad_argument("there is no such time zone");
        offset = *found;
    }
    return Value::integer(field(calendar(time, offset)));
}

template <Field F>
Value of_timestamp(std::span<const Value> a, Scratch& scratch) {
    return a[0].is(Kind::Timestamp) ? field_of(a[0].as_timestamp(), a, F, scratch) : no_such_overload();
}

// Of a duration: the whole of it in that unit.
template <Field F, std::int64_t Nanoseconds>
Value of_either(std::span<const Value> a, Scratch& scratch) {
    if (a[0].is(Kind::Duration) && a.size() == 1) return Value::integer(a[0].as_duration().count() / Nanoseconds);
    return of_timestamp<F>(a, scratch);
}

// The specification wants what is beyond the seconds, not the whole.
Value get_milliseconds(std::span<const Value> a, Scratch& scratch) {
    if (a[0].is(Kind::Duration) && a.size() == 1) return Value::integer(a[0].as_duration().count() / 1'000'000 % 1000);
    return of_timestamp<milliseconds>(a, scratch);
}

std::vector<std::string_view> timestamp_signatures() { return {"timestamp.() -> int", "timestamp.(string) -> int"}; }
std::vector<std::string_view> both_signatures() { return {"timestamp.() -> int", "timestamp.(string) -> int", "duration.() -> int"}; }

}  // namespace

BuiltinFamily time_functions() {
    return {
        {"getFullYear", of_timestamp<full_year>, timestamp_signatures()},
        {"getMonth", of_timestamp<month>, timestamp_signatures()},
        {"getDate", of_timestamp<date>, timestamp_signatures()},
        {"getDayOfMonth", of_timestamp<day_of_month>, timestamp_signatures()},
        {"getDayOfWeek", of_timestamp<day_of_week>, timestamp_signatures()},
        {"getDayOfYear", of_timestamp<day_of_year>, timestamp_signatures()},
        {"getHours", of_either<hours, 3'600'000'000'000>, both_signatures()},
        {"getMinutes", of_either<minutes, 60'000'000'000>, both_signatures()},
        {"getSeconds", of_either<seconds, 1'000'000'000>, both_signatures()},
        {"getMilliseconds", get_milliseconds, both_signatures()},
    };
}

}  // namespace anchor::cel
