// SPDX-License-Identifier: Apache-2.0
#pragma once

// Succession: what changes from one trust-anchor set to the next, and whether a device would survive it. A set that enough keys
// have signed can still be a mistake, and its mistakes can't be taken back by the network that they cut off.

#include <string>
#include <vector>

#include <anchor/protocol/anchor_set.h>

namespace anchor::protocol {

/// Rejected where a device that has `before` would be cut off by `after`, whoever signed it: no broker anchor is in both, so that no
/// broker can be known to both, or none of the authorities for devices is, so that every certificate in the field ends at once.
/// Roots are replaced by overlap: first the new one beside the old one, then without it.
[[nodiscard]] Result<void> check_overlap(const AnchorSet& before, const AnchorSet& after);

/// Rejected where the chain (X.509 DER, leaf first) leads to none of the anchors at that time. `whose` begins the reason. Expiry of the
/// leaf is another matter and forgiven here.
[[nodiscard]] Result<void> check_leads_to(const std::string& whose, const std::vector<Bytes>& chain, const std::vector<Bytes>& anchors);

/// Each change in words: keys, thresholds and roots that come and go. Empty where nothing changes.
[[nodiscard]] std::vector<std::string> changes(const AnchorSet& before, const AnchorSet& after);

}  // namespace anchor::protocol
