// SPDX-License-Identifier: Apache-2.0
#include "diagnostics.h"

#include <algorithm>

#include "utf8.h"

namespace anchor::cel {

void Diagnostics::add(std::uint32_t offset, std::string message) {
    if (!full()) found_.push_back({offset, std::move(message)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    std::vector<Found> found = found_;
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.offset < b.offset; });
    std::vector<Diagnostic> result;
    for (Found& one : found) {
        const std::string_view before = source_.substr(0, one.offset);
        const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t column = 1 + count_code_points(before.substr(line_begin));
        result.push_back({static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column), std::move(one.message)});
    }
    return result;
}

std::string to_string(const Diagnostic& diagnostic) {
    return "line " + std::to_string(diagnostic.line) + ", column " + std::to_string(diagnostic.column) + ": " + diagnostic.message;
}

}  // namespace anchor::cel
