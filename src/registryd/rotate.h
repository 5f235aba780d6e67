// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry rotate: new certificates before their time, for one device or for all of them, because a key, an issuing CA or an
// algorithm is to end. An order is state: it stands in the standing of each device, and a device that sleeps finds it when it wakes.

#include "selection.h"

namespace anchor::registryd {

struct RotationOrder {
    Selection who;
    bool all = false;           ///< everyone who is active
    std::string within = "7d";  ///< by then; each device picks a moment of its own before it, so that a fleet does not come at once
    bool yes = false;           ///< needed where the devices are not named one by one
};

/// Gives each device that is active a standing with that rotate_by; others stay as they are, and that is said. Denied: nobody fits, or
/// many do and nobody said yes. Rejected: `within` is no duration from a minute to a year, or both names and `all` are given.
[[nodiscard]] Result<void> order_rotation(RegistryFiles& files, const RotationOrder& order);

}  // namespace anchor::registryd
