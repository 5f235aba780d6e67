// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/claim.h>

#include <array>
#include <charconv>

namespace anchor {
namespace {

constexpr std::array<std::string_view, 7> kTypeNames = {"bool", "int", "double", "string", "list(string)", "timestamp", "duration"};

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);  // a claim may come from anyone: no terminal escapes
    }
    return out + "\"";
}

struct Printer {
    std::string operator()(const Unknown& unknown) const { return "unknown: " + unknown.why; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const {
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        return {text.data(), end};
    }
    std::string operator()(const std::string& value) const { return in_quotes(value); }
    std::string operator()(const std::vector<std::string>& values) const {
        std::string out = "[";
        for (const std::string& value : values) out += (out.size() > 1 ? ", " : "") + in_quotes(value);
        return out + "]";
    }
    std::string operator()(WallTime value) const { return to_rfc3339(value); }
    std::string operator()(Milliseconds value) const { return anchor::to_text(value); }
};

}  // namespace

std::string_view to_string(ClaimType type) noexcept { return kTypeNames[static_cast<std::size_t>(type)]; }

bool fits(const ClaimValue& value, ClaimType type) noexcept {
    return value.index() == 0 || value.index() == static_cast<std::size_t>(type) + 1;
}

std::string to_text(const ClaimValue& value) { return std::visit(Printer{}, value); }

}  // namespace anchor
