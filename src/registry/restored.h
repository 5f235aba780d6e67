// SPDX-License-Identifier: Apache-2.0
#pragma once

// A registry that was restored from an old backup has forgotten what its devices know. They give it back: documents prove themselves by
// their signatures, so that nobody is believed for saying that he has seen a higher number.

#include <string_view>

#include <anchor/registry/authority.h>

namespace anchor::registry {

/// Takes back a document that is newer than what is here, and says so in the audit log: this device's own standing, which holds from then
/// on, the order that it departs, or the policy or reference values of its group. Within the caller's transaction. Rejected: not newer, of
/// another kind, or devices would refuse it.
[[nodiscard]] Result<void> take_back(const Settings& settings, Store& store, Authority& authority, const Clock& clock, DeviceRecord& device,
                                     std::string_view text);

}  // namespace anchor::registry
