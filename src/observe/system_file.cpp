// SPDX-License-Identifier: Apache-2.0
#include "system_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <anchor/base/file.h>

namespace anchor::observe {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

Result<std::string> read_system_text(const std::string& path, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, read_text_file(path, limit));
    return std::string(trimmed(text));
}

Result<std::vector<std::string>> names_in(const std::string& folder, std::size_t most) {
    std::error_code failed;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(folder, failed);
    for (const std::filesystem::directory_iterator end; !failed && entry != end; entry.increment(failed)) {
        if (names.size() == most) return rejected(folder + ": more than " + std::to_string(most) + " entries");
        names.push_back(entry->path().filename().string());
    }
    if (failed) return from_errno(folder, failed.value());
    std::ranges::sort(names);
    return names;
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
        const std::size_t end = std::min(line.find_first_of(kSpace), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

std::optional<std::int64_t> number_from(std::string_view text, int base) noexcept {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (failed != std::errc{} || stop != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

std::string shown(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, 40)) out.push_back(c < 0x20 || c > 0x7e ? '?' : c);
    return out + "\"";
}

}  // namespace anchor::observe
