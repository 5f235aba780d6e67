// SPDX-License-Identifier: Apache-2.0
#pragma once

// LogOpener: measurement logs that only root may open reach the daemon as descriptors. What is in them is still
// judged by replaying it against the TPM: whoever opens a log is not trusted with what it says.

#include <string_view>

#include <anchor/base/result.h>
#include <anchor/base/unique_fd.h>

namespace anchor {

// The logs that every device may have; configuration may name more.
inline constexpr std::string_view kBootLog = "boot";  ///< binary_bios_measurements
inline constexpr std::string_view kImaLog = "ima";    ///< binary_runtime_measurements

class LogOpener {
public:
    virtual ~LogOpener() = default;
    /// A descriptor for reading, at the beginning of the log. Unavailable: no such log on this device, or nobody there to
    /// open it. Denied: not a log that configuration names.
    [[nodiscard]] virtual Result<UniqueFd> open(std::string_view log) = 0;
};

}  // namespace anchor
