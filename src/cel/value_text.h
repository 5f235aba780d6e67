// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values as text: numbers by the standard library's shortest round trip, texts as literals.

#include <cstdint>
#include <string>
#include <string_view>

namespace anchor::cel {

/// "1", "0.1", "1e+100", "NaN", "Infinity", "-Infinity".
[[nodiscard]] std::string double_text(double value);
/// In double quotes, with the escapes of the language; broken UTF-8 becomes U+FFFD.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace anchor::cel
