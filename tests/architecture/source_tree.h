// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sources as values, so that the rules can be shown to fail on trees of three lines.

#include <map>
#include <string>
#include <string_view>

namespace anchor::architecture {

/// Content by path from the root of the project, with "/".
using SourceTree = std::map<std::string, std::string, std::less<>>;

/// "trust" for include/anchor/trust/... and src/trust/..., "" for a file that belongs to no module.
[[nodiscard]] std::string module_of(std::string_view path);

/// "h" for "src/trust/step.h".
[[nodiscard]] std::string_view extension_of(std::string_view path);

/// Everything under include/, src/ and tests/ that people wrote as code. Vectors and corpora are data, not code.
[[nodiscard]] SourceTree read_source_tree(const std::string& root);

}  // namespace anchor::architecture
