// SPDX-License-Identifier: Apache-2.0
#pragma once

// An IMA list as a device with many programs has it: ima-ng, SHA-256, paths of some 45 octets; and its reference table.

#include <anchor/core/pcr.h>
#include <anchor/measure/ima_table_builder.h>

namespace anchor::measure {

struct MadeList {
    Bytes octets;
    PcrValues quoted;  ///< PCR 10 of the SHA-256 bank at its end
};

[[nodiscard]] std::string made_path(std::size_t number);
[[nodiscard]] MadeList make_list(std::size_t entries);
/// Digests of made_path(0) to made_path(entries - 1).
[[nodiscard]] Bytes make_table(std::size_t entries);

}  // namespace anchor::measure
