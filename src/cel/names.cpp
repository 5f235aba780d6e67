// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <algorithm>
#include <numeric>

namespace anchor::cel {
namespace {

constexpr std::size_t kLongestShown = 80;
constexpr std::size_t kLongest = 64;  // longer names get no suggestion

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> candidates(std::string_view container, std::string_view name) {
    if (name.starts_with('.')) return {std::string(name.substr(1))};
    std::vector<std::string> names;
    while (!container.empty()) {
        names.push_back(std::string(container) + "." + std::string(name));
        const std::size_t dot = container.rfind('.');
        container = dot == std::string_view::npos ? std::string_view{} : container.substr(0, dot);
    }
    names.emplace_back(name);
    return names;
}

std::string written_name(std::string_view function) {
    if (function == "@in") return "in";
    if (function == "_[_]" || function == "_[?_]") return "[]";
    std::string name(function);
    if (!is_operator(function)) return name;
    std::erase(name, '_');
    return name;
}

bool is_operator(std::string_view function) noexcept {
    return function.starts_with('@') || (function.find('_') != std::string_view::npos &&
                                         std::none_of(function.begin(), function.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
}

std::string shortened(std::string_view name) {
    std::size_t size = std::min(name.size(), kLongestShown);
    while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0U) == 0x80) --size;
    std::string text(name.substr(0, size));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return size < name.size() ? text + "…" : text;
}

std::string suggestion(const Environment& environment, std::string_view name) {
    if (name.size() > kLongest) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const Variable& variable : environment.variables()) {
        if (variable.name.size() > kLongest) continue;
        const std::size_t away = distance(name, variable.name);
        if (away >= least) continue;
        least = away;
        best = variable.name;
    }
    return best.empty() ? std::string{} : ", did you mean '" + std::string(best) + "'?";
}

}  // namespace anchor::cel
