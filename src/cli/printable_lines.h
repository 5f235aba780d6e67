// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace anchor::cli {

/// A text of many lines without control characters: what printable() does, but line feeds stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace anchor::cli
