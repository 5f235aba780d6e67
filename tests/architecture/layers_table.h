// SPDX-License-Identifier: Apache-2.0
#pragma once

// src/layers.table as values: which module may include which, and which foreign header belongs to whom.
// CMake reads the first half of the same file (src/layers.cmake); this reads all of it and is the stricter of the two.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/result.h>

namespace anchor::architecture {

using Modules = std::set<std::string, std::less<>>;

struct LayersTable {
    /// In the order of the file, bottom first.
    std::vector<std::string> order;
    /// The modules whose public headers each module may include; itself is not named. "*" is written out.
    std::map<std::string, Modules, std::less<>> may_include;
    /// The owners of every header that begins with the key.
    std::map<std::string, Modules, std::less<>> owners;

    [[nodiscard]] bool has(std::string_view module) const { return may_include.contains(module); }
    [[nodiscard]] bool allows(std::string_view from, std::string_view to) const;
    /// The owners by the longest line that fits, nullptr where none does.
    [[nodiscard]] const Modules* owners_of(std::string_view header) const;
};

/// Rejected, with the line, for a line of another form, a module named twice, an unknown module, or a module that
/// names one which does not stand above it: so there can be no cycle.
[[nodiscard]] Result<LayersTable> parse_layers_table(std::string_view text);

}  // namespace anchor::architecture
