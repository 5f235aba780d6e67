// SPDX-License-Identifier: Apache-2.0
#pragma once

// The boot half of reference values: the log of a golden device, as far as its registers confirm it.

#include <iosfwd>
#include <optional>
#include <string>

#include <anchor/measure/reference_boot.h>

namespace anchor::cli {

struct GoldenBoot {
    std::optional<PcrValues> registers;  ///< as the golden device's TPM has them; nothing: the log alone is believed
    std::string wanted;                  ///< "sha256:0-7"; empty: SHA-256 of all that the log extends, but 10
    bool events = true;                  ///< the events of the registers, so that a difference can be told in words
    std::string min_firmware;
};

/// Registers 0 to 7 are firmware's: where one of them, or one that was asked for by name, is not what the log leads to, all is
/// Rejected. A later one that the running system has extended is left out, and told.
[[nodiscard]] Result<measure::BootReference> boot_reference_of(ByteView log, const GoldenBoot& golden, std::ostream& notes);

}  // namespace anchor::cli
