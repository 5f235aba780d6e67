// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a golden device has run, from its IMA list.

#include <iosfwd>
#include <optional>
#include <string>

#include <anchor/core/pcr.h>
#include <anchor/measure/ima_table_builder.h>

namespace anchor::cli {

/// Adds what the list says, with registers as far as they stand for it. Gives the number of entries added. Rejected: no IMA list,
/// a broken one, an entry that is not what was measured, or no beginning of it leads to the registers. What no table can speak of,
/// such as files that changed while they were measured, is told in `left_out`.
[[nodiscard]] Result<std::size_t> add_ima_list(measure::ImaTableBuilder& builder, const std::string& file,
                                               const std::optional<PcrValues>& registers, class LeftOut& left_out);

}  // namespace anchor::cli
