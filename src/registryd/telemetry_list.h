// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry telemetry: what the applications of a device said, as the device tells it. Nothing of it was verified.

#include <string>

#include "registry_files.h"

namespace anchor::registryd {

struct TelemetryWish {
    std::string device;
    std::uint64_t newest = 0;  ///< so many of the newest; 0: all that are kept
    bool json = false;         ///< one object a line
};
/// To standard output, the oldest first. Denied where there is no such device.
[[nodiscard]] Result<void> list_telemetry(RegistryFiles& files, const TelemetryWish& wish);

}  // namespace anchor::registryd
