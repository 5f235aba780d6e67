// SPDX-License-Identifier: Apache-2.0
#pragma once

// What holds for every file of ours and a machine can see. Each rule answers with the places that break it,
// "path:line: what is wrong", and an empty list where all is well.

#include <string>
#include <vector>

#include "layers_table.h"
#include "source_tree.h"

namespace anchor::architecture {

using Violations = std::vector<std::string>;

/// Files of modules include public headers of the modules that the table allows, private headers of their own module
/// only (public headers none), and foreign headers only where they are the owner. A header that the table does not
/// know is a violation too, unless it is one of C++'s own: a new dependency is a decision.
[[nodiscard]] Violations check_includes(const LayersTable& table, const SourceTree& tree);

/// Every file under include/anchor/ and src/ belongs to a module that has a line in the table.
[[nodiscard]] Violations check_modules(const LayersTable& table, const SourceTree& tree);

/// Names: snake_case, .h and .cpp, and none of those that say "here a concept is missing".
[[nodiscard]] Violations check_names(const SourceTree& tree);

/// The first line of C++, the second of scripts, is the SPDX line; headers have #pragma once; no file is longer than 400 lines.
[[nodiscard]] Violations check_form(const SourceTree& tree);

}  // namespace anchor::architecture
