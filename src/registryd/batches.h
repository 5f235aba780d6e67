// SPDX-License-Identifier: Apache-2.0
#pragma once

// Batches: what devices are born with, and until when it lets them in. Each has a claim certificate of its own in its claim bundle, so that
// one whose bundle has leaked is ended without the others.

#include <string>

#include "registry_files.h"

namespace anchor::registryd {

struct NewBatch {
    std::string name;
    std::string key_folder;  ///< with claims.key; empty: the registry's own "authority"
    std::string out;         ///< the bundle; empty: claim-<name>.json in the registry's folder
};

/// Certifies a new claim key and writes the claim bundle, which vouches for the trust-anchor set in force. The claim certificate lasts as
/// long as its authority's. Denied: a batch of that name was there, ended or not, or the key is not here. Rejected: no such name.
[[nodiscard]] Result<void> make_batch(RegistryFiles& files, const NewBatch& wanted);
/// Every batch, since when, how many devices enrolled with it last, and when and why it has ended.
[[nodiscard]] Result<void> list_batches(RegistryFiles& files, bool json);
/// From then on it enrols nobody, those who did before neither; devices that have enrolled stay. Denied: there is no such batch, or it has
/// ended already.
[[nodiscard]] Result<void> end_batch(RegistryFiles& files, const std::string& name, const std::string& reason);

}  // namespace anchor::registryd
