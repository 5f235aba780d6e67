// SPDX-License-Identifier: Apache-2.0
#pragma once

// The owner's rules which endorsement key may enrol where (registry.toml). Each device has passed endorsement_check.h before.

#include <anchor/protocol/enrollment.h>
#include <anchor/registry/settings.h>
#include <anchor/registry/store.h>

namespace anchor::registry {

/// The first rule that fits; nullptr where there are no rules. Denied: there are, and none fits.
[[nodiscard]] Result<const EnrollmentRule*> rule_for(const protocol::EnrollBegin& begin, std::string_view claim, const Settings& settings,
                                                     Store& store, WallTime now);

/// The serial number of the CA that certifies devices of that group; empty: the one in use.
[[nodiscard]] std::string issuing_of(std::string_view group, const Settings& settings);

}  // namespace anchor::registry
