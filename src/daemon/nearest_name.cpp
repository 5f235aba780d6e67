// SPDX-License-Identifier: Apache-2.0
#include "nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace anchor::daemon {
namespace {

constexpr std::size_t kLongest = 64;  // nobody meant a name of ours with more letters

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view written, std::span<const std::string_view> known) {
    std::string_view nearest;
    if (written.size() > kLongest) return nearest;
    std::size_t fewest = 0;
    for (const std::string_view name : known) {
        const std::size_t changes = distance(written, name);
        if (3 * changes > name.size() + 2 || (!nearest.empty() && changes >= fewest)) continue;
        nearest = name;
        fewest = changes;
    }
    return nearest;
}

}  // namespace anchor::daemon
