// SPDX-License-Identifier: Apache-2.0
#include "timestamp.h"

#include <array>
#include <charconv>
#include <limits>

namespace anchor::cel {
namespace {

using std::chrono::nanoseconds;
__extension__ using Wide = __int128;  // nanoseconds of ten thousand years don't fit 64 bits

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Reads decimal digits front to back.
struct Digits {
    std::string_view text;

    std::optional<std::int64_t> take(std::size_t count) {
        if (text.size() < count) return std::nullopt;
        std::int64_t value = 0;
        for (const char c : text.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        text.remove_prefix(count);
        return value;
    }
    bool skip(char c) {
        if (!text.starts_with(c)) return false;
        text.remove_prefix(1);
        return true;
    }
    std::size_t count() const {
        std::size_t n = 0;
        while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
        return n;
    }
};

std::optional<std::int64_t> take_fraction(Digits& digits) {
    const std::size_t count = digits.count();
    if (count == 0 || count > 9) return std::nullopt;
    std::int64_t nanos = *digits.take(count);
    for (std::size_t i = count; i < 9; ++i) nanos *= 10;
    return nanos;
}

std::optional<std::int64_t> take_offset(Digits& digits) {
    if (digits.skip('Z')) return 0;
    const bool west = digits.text.starts_with('-');
    if (!digits.skip('+') && !digits.skip('-')) return std::nullopt;
    const auto hours = digits.take(2);
    if (!hours || !digits.skip(':')) return std::nullopt;
    const auto minutes = digits.take(2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::int64_t seconds = *hours * 3600 + *minutes * 60;
    return west ? -seconds : seconds;
}

std::optional<std::int64_t> take_date(Digits& digits) {
    const auto year = digits.take(4);
    if (!year || !digits.skip('-')) return std::nullopt;
    const auto month = digits.take(2);
    if (!month || !digits.skip('-')) return std::nullopt;
    const auto day = digits.take(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
}

std::optional<std::int64_t> take_clock(Digits& digits) {
    const auto hour = digits.take(2);
    if (!hour || !digits.skip(':')) return std::nullopt;
    const auto minute = digits.take(2);
    if (!minute || !digits.skip(':')) return std::nullopt;
    const auto second = digits.take(2);
    if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

std::string decimals(std::int64_t nanos) {
    if (nanos == 0) return {};
    std::string text = std::to_string(kNanosPerSecond + nanos);
    text[0] = '.';
    while (text.back() == '0') text.pop_back();
    return text;
}

std::string two_digits(std::int64_t value) { return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)}; }

struct Unit {
    std::string_view name;
    std::int64_t nanos;
};
constexpr std::array kUnits{
    Unit{"ns", 1},           Unit{"us", 1000},           Unit{"\xc2\xb5s", 1000},  // micro sign
    Unit{"\xce\xbcs", 1000},                                                       // Greek mu
    Unit{"ms", 1'000'000},   Unit{"s", kNanosPerSecond}, Unit{"m", 60 * kNanosPerSecond}, Unit{"h", 3600 * kNanosPerSecond}};

const Unit* take_unit(Digits& digits) {
    for (const Unit& unit : kUnits) {
        if (!digits.text.starts_with(unit.name)) continue;
        digits.text.remove_prefix(unit.name.size());
        return &unit;
    }
    return nullptr;
}

// The amount of one "12.5m" in nanoseconds, as a negative number: there is one more of them.
std::optional<std::int64_t> take_negative_part(Digits& digits) {
    const std::size_t whole_count = digits.count();
    const char* const end = digits.text.data() + whole_count;
    std::uint64_t whole = 0;
    if (whole_count > 0 && std::from_chars(digits.text.data(), end, whole).ec != std::errc()) return std::nullopt;
    if (whole > std::uint64_t{1} << 63U) return std::nullopt;
    digits.text.remove_prefix(whole_count);
    std::int64_t fraction = 0;
    std::int64_t scale = 1;
    std::size_t fraction_count = 0;
    if (digits.skip('.')) {
        fraction_count = digits.count();
        for (std::size_t i = 0; i < fraction_count; ++i) {
            const std::int64_t digit = *digits.take(1);
            if (i >= 12) continue;  // far below a nanosecond of an hour
            fraction = fraction * 10 + digit;
            scale *= 10;
        }
    }
    const Unit* unit = take_unit(digits);
    if (unit == nullptr || whole_count + fraction_count == 0) return std::nullopt;
    std::int64_t total = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(0 - whole), unit->nanos, &total)) return std::nullopt;
    const auto rest = static_cast<std::int64_t>(static_cast<Wide>(fraction) * unit->nanos / scale);
    if (__builtin_sub_overflow(total, rest, &total)) return std::nullopt;
    return total;
}

std::optional<Timestamp> normalized(Wide nanos_since_epoch) {
    auto seconds = nanos_since_epoch / kNanosPerSecond;
    auto rest = nanos_since_epoch % kNanosPerSecond;
    if (rest < 0) {
        rest += kNanosPerSecond;
        --seconds;
    }
    const Timestamp time{static_cast<std::int64_t>(seconds), static_cast<std::uint32_t>(rest)};
    if (!is_in_range(time)) return std::nullopt;
    return time;
}

Wide nanos_since_epoch(Timestamp time) { return static_cast<Wide>(time.seconds) * kNanosPerSecond + time.nanoseconds; }

}  // namespace

bool is_in_range(Timestamp time) noexcept {
    return time.seconds >= kFirstSecond && time.seconds <= kLastSecond && time.nanoseconds < kNanosPerSecond;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) noexcept {
    Digits digits{text};
    const auto date = take_date(digits);
    if (!date || !digits.skip('T')) return std::nullopt;
    const auto clock = take_clock(digits);
    if (!clock) return std::nullopt;
    std::optional<std::int64_t> nanos = 0;
    if (digits.skip('.')) nanos = take_fraction(digits);
    const auto offset = take_offset(digits);
    if (!nanos || !offset || !digits.text.empty()) return std::nullopt;
    const Timestamp time{*date + *clock - *offset, static_cast<std::uint32_t>(*nanos)};
    if (!is_in_range(time)) return std::nullopt;
    return time;
}

std::string to_string(Timestamp time) {
    const CalendarTime at = calendar(time, 0);
    const std::string year = std::to_string(10000 + at.year).substr(1);
    return year + "-" + two_digits(at.month) + "-" + two_digits(at.day) + "T" + two_digits(at.hour) + ":" + two_digits(at.minute) + ":" +
           two_digits(at.second) + decimals(time.nanoseconds) + "Z";
}

std::optional<nanoseconds> parse_duration_text(std::string_view text) noexcept {
    Digits digits{text};
    const bool negative = text.starts_with('-');
    if (!digits.skip('-')) digits.skip('+');
    if (digits.text == "0") return nanoseconds(0);
    if (digits.text.empty()) return std::nullopt;
    std::int64_t total = 0;
    while (!digits.text.empty()) {
        const auto part = take_negative_part(digits);
        if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
    }
    if (negative) return nanoseconds(total);
    if (total == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return nanoseconds(-total);
}

std::string duration_text(nanoseconds duration) {
    const std::int64_t seconds = duration.count() / kNanosPerSecond;
    const std::int64_t rest = duration.count() % kNanosPerSecond;
    const std::string sign = duration.count() < 0 && seconds == 0 ? "-" : "";
    return sign + std::to_string(seconds) + decimals(rest < 0 ? -rest : rest) + "s";
}

std::optional<Timestamp> add(Timestamp time, nanoseconds duration) noexcept {
    return normalized(nanos_since_epoch(time) + duration.count());
}

std::optional<Timestamp> subtract(Timestamp time, nanoseconds duration) noexcept {
    return normalized(nanos_since_epoch(time) - duration.count());
}

std::optional<nanoseconds> difference(Timestamp a, Timestamp b) noexcept {
    const Wide nanos = nanos_since_epoch(a) - nanos_since_epoch(b);
    if (nanos > std::numeric_limits<std::int64_t>::max() || nanos < std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return nanoseconds(static_cast<std::int64_t>(nanos));
}

CalendarTime calendar(Timestamp time, std::int64_t offset) noexcept {
    const std::chrono::sys_seconds local(std::chrono::seconds(time.seconds + offset));
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(local - day);
    const auto new_year = std::chrono::sys_days(date.year() / std::chrono::January / 1);
    return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()), std::chrono::weekday(day).c_encoding(),
            (day - new_year).count() + 1,      clock.hours().count(),
            clock.minutes().count(),           clock.seconds().count(),
            time.nanoseconds / 1'000'000};
}

}  // namespace anchor::cel
