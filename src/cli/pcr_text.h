// SPDX-License-Identifier: Apache-2.0
#pragma once

// Register values as tools print them.

#include <string_view>

#include <anchor/core/pcr.h>

namespace anchor::cli {

/// Reads what tpm2_pcrread prints ("sha256:", then "  0 : 0x…"), lines of "sha256 0 hex", or what tsspcrread prints ("0: hex", with its
/// command line before it or with none: then the bank is that of the value's length). Banks that this project does not speak are passed
/// over. Rejected, with the line: anything else, or no value at all.
[[nodiscard]] Result<PcrValues> pcr_values_from(std::string_view text);

}  // namespace anchor::cli
