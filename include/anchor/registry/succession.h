// SPDX-License-Identifier: Apache-2.0
#pragma once

// Succession on the registry's side: which trust-anchor set is in force, by walking from the first as devices do, and what the
// next one would cut off. The store alone is not believed: each step is vouched for by keys of the step before.

#include <string>
#include <vector>

#include <anchor/protocol/anchor_set.h>
#include <anchor/registry/store.h>

namespace anchor::registry {

struct AnchorsInForce {
    protocol::AnchorSet set;
    std::string document;  ///< as signed
};

/// From the oldest stored set that a pinned key vouches for, version by version to the newest. Denied: there is none, nobody
/// vouches for one, or a version is missing on the way.
[[nodiscard]] Result<AnchorsInForce> anchors_in_force(Store& store, const crypto::JwsKeys& pinned, std::string_view tenant);

/// What belongs to the registry and has to fit the next set: chains are X.509 DER, leaf first.
struct OwnTies {
    std::vector<std::pair<std::string, std::vector<Bytes>>> broker_chains;  ///< whose, chain
    std::vector<Bytes> issuing_chain;
    std::vector<std::string> online_kids;  ///< of the online keys at hand
};

/// Rejected where the set would make devices refuse this registry or its brokers, or leave it without a key that may sign.
[[nodiscard]] Result<void> check_own_ties(const protocol::AnchorSet& next, const OwnTies& ties);

/// What would be left behind, one line each: devices whose certificate leads to none of its device anchors, and documents of groups that
/// too few of its keys have signed.
[[nodiscard]] Result<std::vector<std::string>> left_behind(Store& store, const protocol::AnchorSet& next);

}  // namespace anchor::registry
