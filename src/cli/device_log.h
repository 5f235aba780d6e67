// SPDX-License-Identifier: Apache-2.0
#pragma once

// DeviceLog: a log of this device that only root may open, for operators too: where we may not open it, the daemon gives us what its
// warden has opened. Whoever takes it replays it and holds it against the registers, so it does not matter who opened it.

#include <string>

#include <anchor/base/unique_fd.h>

#include "agent_commands.h"

namespace anchor::cli {

class DeviceLog {
public:
    /// `name` is the daemon's, "boot" or "ima". Unavailable or Denied: neither we nor the daemon can read it, with both reasons.
    [[nodiscard]] static Result<DeviceLog> open(const std::string& path, const std::string& name, const AgentAccess& agent);

    /// A file that can be read from its beginning, as often as needed, while this lives.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    [[nodiscard]] bool by_daemon() const noexcept { return memory_.valid(); }

private:
    std::string file_;
    UniqueFd memory_;
};

/// The whole log from the daemon into the file. Rejected: larger than any log of a golden device.
[[nodiscard]] Result<void> copy_log(const AgentAccess& agent, const std::string& name, int to);
inline constexpr std::uint64_t kLargestDeviceLog = std::uint64_t{256} << 20U;

}  // namespace anchor::cli
