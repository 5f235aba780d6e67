// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which devices a command means: named one by one, or all that have something in common.

#include <string>
#include <vector>

#include "registry_files.h"

namespace anchor::registryd {

/// Those that fit all that is said.
struct Selection {
    std::vector<std::string> devices;
    std::vector<std::string> labels;  ///< "name=value", all of them
    std::string batch;                ///< the claim with which they enrolled
    std::string group;
    std::string standing;         ///< "active", "suspended", "revoked"
    std::string level;            ///< that the registry judged last; "unverified" where it never did
    std::string ek_manufacturer;  ///< stands in the name of who issued the EK's certificate, whatever its case

    [[nodiscard]] bool is_by_name() const noexcept {
        return labels.empty() && batch.empty() && group.empty() && standing.empty() && level.empty() && ek_manufacturer.empty();
    }
    [[nodiscard]] bool is_empty() const noexcept { return devices.empty() && is_by_name(); }
};

/// What the registry judged last.
[[nodiscard]] std::string level_of(const registry::DeviceRecord& device);

/// In the order of their names, or in that in which they were named. Denied: a device that was named is not there. Rejected: a label, a
/// standing or a level of another form.
[[nodiscard]] Result<std::vector<registry::DeviceRecord>> choose(RegistryFiles& files, const Selection& who);

/// The same for an act that many can be meant by. Denied where nobody fits, or where they were not named one by one and nobody has said
/// yes; they are listed then.
[[nodiscard]] Result<std::vector<registry::DeviceRecord>> choose_for_act(RegistryFiles& files, const Selection& who, bool yes);

}  // namespace anchor::registryd
