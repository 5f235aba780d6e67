// SPDX-License-Identifier: Apache-2.0
#include "source_text.h"

#include <algorithm>

namespace anchor::policy {
namespace {

// The raw octets of one code point of a JSON string, and whether it is a line feed. The literal has been parsed before,
// so it is well-formed; whatever comes, the walk goes on by at least one octet.
struct RawCodePoint {
    std::size_t octets = 1;
    bool is_line_feed = false;
};

bool is_escape(std::string_view raw, char letter) { return raw.size() > 1 && raw[0] == '\\' && raw[1] == letter; }

// "\ud83d\ude00": a high surrogate, whose low one follows.
bool is_high_surrogate(std::string_view raw) {
    return is_escape(raw, 'u') && raw.size() >= 12 && (raw[2] == 'd' || raw[2] == 'D') &&
           std::string_view("89abAB").find(raw[3]) != std::string_view::npos;
}

RawCodePoint raw_code_point(std::string_view raw) {
    if (is_high_surrogate(raw)) return {12, false};
    if (is_escape(raw, 'u')) return {6, raw.substr(2, 4) == "000a" || raw.substr(2, 4) == "000A"};
    if (raw[0] == '\\') return {2, is_escape(raw, 'n')};
    std::size_t octets = 1;
    while (octets < raw.size() && (static_cast<unsigned char>(raw[octets]) & 0xc0U) == 0x80U) ++octets;
    return {octets, false};
}

}  // namespace

SourceText::SourceText(std::string_view text) : text_(text), lines_{0} {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) lines_.push_back(at + 1);
}

JsonPosition SourceText::of(std::string_view pointer) const {
    const auto found = positions_.find(pointer);
    return found == positions_.end() ? JsonPosition{1, 1} : found->second;
}

JsonPosition SourceText::inside(std::string_view pointer, std::uint32_t line, std::uint32_t column) const {
    const JsonPosition literal = of(pointer);
    const std::size_t start = std::min(lines_[std::min<std::size_t>(literal.line, lines_.size()) - 1] + literal.column, text_.size());
    std::string_view raw = text_.substr(start);  // behind the opening quote
    std::uint32_t seen_line = 1;
    std::uint32_t seen_column = 1;
    std::size_t walked = 1;
    while (!raw.empty() && raw[0] != '"' && (seen_line < line || (seen_line == line && seen_column < column))) {
        const RawCodePoint next = raw_code_point(raw);
        seen_column = next.is_line_feed ? 1 : seen_column + 1;
        seen_line += next.is_line_feed ? 1 : 0;
        walked += next.octets;
        raw.remove_prefix(std::min(next.octets, raw.size()));
    }
    return {literal.line, literal.column + static_cast<std::uint32_t>(walked)};
}

std::string member_pointer(std::string_view parent, std::string_view key) {
    std::string out(parent);
    out.push_back('/');
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out.push_back(c);
    }
    return out;
}

std::string element_pointer(std::string_view parent, std::size_t index) { return std::string(parent) + '/' + std::to_string(index); }

}  // namespace anchor::policy
