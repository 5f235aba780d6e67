// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the warden does on this device: /etc/anchord/warden.toml, root's own file. It needs none: the defaults do what the
// units that come with it expect.

#include <map>
#include <string>
#include <string_view>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::warden {

inline constexpr const char* kConfigurationFile = "/etc/anchord/warden.toml";

struct Configuration {
    std::string user = "anchord";  ///< whom the warden serves, and who keeps the network
    std::map<std::string, std::string, std::less<>> logs = {
        {"boot", "/sys/kernel/security/tpm0/binary_bios_measurements"},
        {"ima", "/sys/kernel/security/ima/binary_runtime_measurements"},
    };
    std::string systemctl = "/usr/bin/systemctl";  ///< empty: no targets
    bool isolation = true;                         ///< whether "isolate-network" is carried out
    std::string hooks = "/etc/anchord/hooks.d";    ///< empty: no hooks
    Milliseconds hook_deadline = Seconds(5);       ///< for each of them
    std::string trust_file;                        ///< empty: none
    std::string metrics_file;
};

/// Rejected, with line and column, for what is no TOML, an unknown key, a wrong type, or a path that is not absolute.
[[nodiscard]] Result<Configuration> parse_configuration(std::string_view text);
/// The defaults where the file does not exist.
[[nodiscard]] Result<Configuration> load_configuration(const std::string& path);

}  // namespace anchor::warden
