// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the kernel of this device shows what was measured. The logs are for root only.

#include <string>

#include <anchor/core/pcr.h>

namespace anchor::cli {

inline constexpr const char* kDeviceBootLog = "/sys/kernel/security/tpm0/binary_bios_measurements";
inline constexpr const char* kDeviceImaList = "/sys/kernel/security/ima/binary_runtime_measurements";
inline constexpr const char* kDeviceTpm = "/sys/class/tpm/tpm0";

/// All registers of all banks that we speak, from the files pcr-<bank>/<register> (Linux 5.12 and newer). Unavailable where there
/// are none. They are what the kernel says, and no quote.
[[nodiscard]] Result<PcrValues> registers_of_device(const std::string& tpm = kDeviceTpm);

}  // namespace anchor::cli
