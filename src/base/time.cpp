// SPDX-License-Identifier: Apache-2.0
#include <anchor/base/time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace anchor {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Reads a text of fixed-width numbers and literal characters from the front.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::optional<int> number(std::size_t width) {
        if (text_.size() < width) return std::nullopt;
        int value = 0;
        const auto end = text_.data() + width;
        const auto [stop, failed] = std::from_chars(text_.data(), end, value);
        if (failed != std::errc{} || stop != end || text_.front() == '-') return std::nullopt;
        text_.remove_prefix(width);
        return value;
    }

    bool literal(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    std::string_view& text() { return text_; }

private:
    std::string_view text_;
};

std::optional<Milliseconds> fraction(Scanner& scan) {
    if (!scan.literal('.')) return Milliseconds{0};
    int value = 0;
    int digits = 0;
    for (; !scan.text().empty() && scan.text().front() >= '0' && scan.text().front() <= '9'; scan.text().remove_prefix(1)) {
        if (digits < 3) value = value * 10 + (scan.text().front() - '0');
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    for (int i = digits; i < 3; ++i) value *= 10;
    return Milliseconds{value};
}

std::optional<minutes> zone(Scanner& scan) {
    if (scan.literal('Z') || scan.literal('z')) return minutes{0};
    const bool east = scan.literal('+');
    if (!east && !scan.literal('-')) return std::nullopt;
    const auto h = scan.number(2);
    if (!h || *h > 23 || !scan.literal(':')) return std::nullopt;
    const auto m = scan.number(2);
    if (!m || *m > 59) return std::nullopt;
    const auto offset = hours{*h} + minutes{*m};
    return east ? offset : -offset;
}

struct Unit {
    std::string_view name;
    Milliseconds size;
};

constexpr std::array kUnits = {
    Unit{"d", days{1}}, Unit{"h", hours{1}}, Unit{"m", minutes{1}}, Unit{"s", Seconds{1}}, Unit{"ms", Milliseconds{1}},
};

}  // namespace

std::string to_rfc3339(WallTime time) {
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 40> text{};
    int size =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    std::string out(text.data(), static_cast<std::size_t>(size));
    if (const auto rest = clock.subseconds().count(); rest != 0) {
        size = std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(rest));
        out.append(text.data(), static_cast<std::size_t>(size));
    }
    return out + "Z";
}

Result<WallTime> from_rfc3339(std::string_view text) {
    const auto wrong = [&] {
        return rejected("time \"" + std::string(text.substr(0, 40)) + "\" is not RFC 3339 (expected 2027-06-30T00:00:00Z)");
    };
    Scanner scan(text);
    const auto year = scan.number(4);
    if (!year || *year < 1 || !scan.literal('-')) return wrong();
    const auto month = scan.number(2);
    if (!month || !scan.literal('-')) return wrong();
    const auto day = scan.number(2);
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(day.value_or(0))}};
    if (!date.ok() || !(scan.literal('T') || scan.literal('t'))) return wrong();
    const auto hour = scan.number(2);
    if (!hour || *hour > 23 || !scan.literal(':')) return wrong();
    const auto minute = scan.number(2);
    if (!minute || *minute > 59 || !scan.literal(':')) return wrong();
    const auto second = scan.number(2);
    if (!second || *second > 60) return wrong();  // 60: a leap second, read as the next second
    const auto millis = fraction(scan);
    if (!millis) return wrong();
    const auto offset = zone(scan);
    if (!offset || !scan.text().empty()) return wrong();
    return WallTime{std::chrono::sys_days{date}} + hours{*hour} + minutes{*minute} + Seconds{*second} + *millis - *offset;
}

Result<Milliseconds> parse_duration(std::string_view text) {
    const auto wrong = [&] {
        return rejected("duration \"" + std::string(text.substr(0, 40)) + "\" is not of the form 1h30m, 90s or 250ms");
    };
    Milliseconds total{0};
    std::size_t next_unit = 0;
    std::string_view rest = text;
    if (rest.empty()) return wrong();
    while (!rest.empty()) {
        std::int64_t count = 0;
        const auto [stop, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
        if (failed != std::errc{} || rest.front() == '-') return wrong();
        rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
        const std::string_view name = rest.substr(0, std::min(rest.find_first_of("0123456789"), rest.size()));
        rest.remove_prefix(name.size());
        while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
        if (next_unit == kUnits.size()) return wrong();
        const Milliseconds unit = kUnits[next_unit++].size;
        if (count > (Milliseconds::max() - total) / unit)
            return rejected("duration \"" + std::string(text.substr(0, 40)) + "\" is too long");
        total += unit * count;
    }
    return total;
}

std::string to_text(Milliseconds duration) {
    // The least value has no positive counterpart; one millisecond less far from zero is near enough.
    if (duration < Milliseconds{0}) return "-" + to_text(-std::max(duration, -Milliseconds::max()));
    if (duration == Milliseconds{0}) return "0s";
    std::string text;
    for (const Unit& unit : kUnits) {
        if (const auto count = duration / unit.size; count > 0) {
            text += std::to_string(count) + std::string(unit.name);
            duration -= unit.size * count;
        }
    }
    return text;
}

}  // namespace anchor
