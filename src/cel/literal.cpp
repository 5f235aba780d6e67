// SPDX-License-Identifier: Apache-2.0
#include "literal.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "utf8.h"

namespace anchor::cel {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kNoEscape = "there is no such escape sequence";
constexpr std::string_view kNoCodePoint = "this escape sequence is no Unicode code point";

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

std::optional<char> simple_escape(char c) {
    switch (c) {
        case 'a': return '\a';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'v': return '\v';
        case '\\':
        case '?':
        case '"':
        case '\'':
        case '`': return c;
        default: return std::nullopt;
    }
}

class TextReader {
public:
    TextReader(std::string_view body, bool bytes, std::string& content) : body_(body), bytes_(bytes), content_(content) {}

    // The problem, or none.
    std::string_view read() {
        while (at_ < body_.size()) {
            if (body_[at_] != '\\') {
                content_ += body_[at_++];
                continue;
            }
            if (const std::string_view problem = read_escape(); !problem.empty()) return problem;
        }
        return {};
    }
    std::size_t at() const { return at_; }

private:
    std::string_view read_escape() {
        const char kind = at_ + 1 < body_.size() ? body_[at_ + 1] : '\0';
        if (const auto simple = simple_escape(kind)) {
            content_ += *simple;
            at_ += 2;
            return {};
        }
        if (kind == 'x' || kind == 'X') return read_number(2, 2, 16);
        if (kind == 'u' && !bytes_) return read_number(2, 4, 16);
        if (kind == 'U' && !bytes_) return read_number(2, 8, 16);
        if (kind >= '0' && kind <= '3') return read_number(1, 3, 8);
        return kNoEscape;
    }

    std::string_view read_number(std::size_t skip, std::size_t digits, int base) {
        char32_t value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const int digit = at_ + skip + i < body_.size() ? digit_of(body_[at_ + skip + i]) : base;
            if (digit >= base) return kNoEscape;
            value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
        }
        if (bytes_) {
            content_ += static_cast<char>(value);
        } else {
            if (!is_scalar(value)) return kNoCodePoint;
            append_utf8(content_, value);
        }
        at_ += skip + digits;
        return {};
    }

    std::string_view body_;
    bool bytes_;
    std::string& content_;
    std::size_t at_ = 0;
};

bool read_digits(std::string_view digits, std::uint64_t& value) {
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        base = 16;
        digits.remove_prefix(2);
    }
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return problem == std::errc() && end == digits.data() + digits.size();
}

// Of a number that is too large or too near to 0 for a double: which of both. Its order of magnitude tells.
bool is_tiny(std::string_view text) {
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, mark);
    const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
    const auto first = static_cast<std::int64_t>(std::min(digits.find_first_of("123456789"), digits.size()));
    std::string_view exponent = text.substr(std::min(mark + 1, text.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t shift = 0;
    const auto [end, problem] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
    if (problem == std::errc::result_out_of_range) return exponent.starts_with('-');
    return point - first + shift < 0;
}

}  // namespace

bool read_int(std::string_view digits, bool negative, std::int64_t& value) noexcept {
    std::uint64_t magnitude = 0;
    if (!read_digits(digits, magnitude) || magnitude > kLargest + (negative ? 1 : 0)) return false;
    value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
    return true;
}

bool read_uint(std::string_view digits, std::uint64_t& value) noexcept {
    digits.remove_suffix(1);  // the u
    return read_digits(digits, value);
}

bool read_double(std::string_view text, double& value) noexcept {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return false;
    if (problem != std::errc::result_out_of_range) return problem == std::errc();
    if (!is_tiny(text)) return false;
    value = text.starts_with('-') ? -0.0 : 0.0;
    return true;
}

bool read_text(std::string_view token, std::string& content, LiteralProblem& problem) {
    std::size_t begin = 0;
    bool raw = false;
    bool bytes = false;
    for (; token[begin] != '"' && token[begin] != '\''; ++begin) {
        raw = raw || token[begin] == 'r' || token[begin] == 'R';
        bytes = bytes || token[begin] == 'b' || token[begin] == 'B';
    }
    const std::string_view quoted = token.substr(begin);
    const std::size_t quotes = quoted.size() >= 6 && quoted[0] == quoted[1] && quoted[1] == quoted[2] ? 3 : 1;
    const std::string_view body = quoted.substr(quotes, quoted.size() - 2 * quotes);
    if (raw) {
        content = body;
        return true;
    }
    TextReader reader(body, bytes, content);
    problem.problem = reader.read();
    problem.at = begin + quotes + reader.at();
    return problem.problem.empty();
}

}  // namespace anchor::cel
