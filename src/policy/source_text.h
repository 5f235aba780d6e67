// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text of a document, and the place of things in it: of each JSON value, and of each character of an expression
// inside a JSON string, whose escapes make it longer than what the compiler of expressions saw.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/json.h>

namespace anchor::policy {

class SourceText {
public:
    explicit SourceText(std::string_view text);

    /// Filled by parse_json().
    [[nodiscard]] JsonPositions& positions() noexcept { return positions_; }
    /// Where the value behind a JSON pointer begins; the document's beginning where there is none.
    [[nodiscard]] JsonPosition of(std::string_view pointer) const;
    /// Where line and column (in code points, from 1) of the decoded string behind a JSON pointer stand in the document.
    [[nodiscard]] JsonPosition inside(std::string_view pointer, std::uint32_t line, std::uint32_t column) const;

private:
    std::string_view text_;
    std::vector<std::size_t> lines_;  // where each begins
    JsonPositions positions_;
};

/// The pointer of a member (RFC 6901 §3).
[[nodiscard]] std::string member_pointer(std::string_view parent, std::string_view key);
[[nodiscard]] std::string element_pointer(std::string_view parent, std::size_t index);

}  // namespace anchor::policy
