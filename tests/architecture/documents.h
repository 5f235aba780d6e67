// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the documents say about this tree: links, paths, tests and functions. Each of them has to exist, so that a document
// cannot go on describing what was renamed or removed.

#include <set>
#include <string>

#include "source_rules.h"
#include "source_tree.h"

namespace anchor::architecture {

/// Paths of all files and folders from the root of the project, with "/".
using Paths = std::set<std::string, std::less<>>;

/// README.md, CHANGELOG.md and every Markdown file under docs/.
[[nodiscard]] SourceTree read_documents(const std::string& root);

/// Everything but what was built and the history.
[[nodiscard]] Paths read_paths(const std::string& root);

/// Checks, outside of fenced blocks:
///  - links that are no URL lead to a file or folder, and their "#part" to a heading of it;
///  - `paths` below a folder of the project, or to a .h or .cpp in it, lead somewhere; public headers may begin with the module;
///  - tests, written `Suite.Name`, stand in the sources;
///  - functions, written `scope::name()`, stand in the sources.
[[nodiscard]] Violations check_documents(const SourceTree& documents, const SourceTree& sources, const Paths& paths);

}  // namespace anchor::architecture
