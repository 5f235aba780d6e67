// SPDX-License-Identifier: Apache-2.0
#pragma once

// The trust-anchor set: who may sign what. Each kind of document has a role of its own, with its keys and how many of
// them it takes. The set is itself a document (kind "anchors") and is signed by its predecessor, so every key and root
// can be replaced in the field.

#include <map>
#include <string>
#include <vector>

#include <anchor/protocol/document.h>

namespace anchor::protocol {

struct Role {
    std::vector<std::string> kids;
    unsigned threshold = 1;
    friend bool operator==(const Role&, const Role&) = default;
};

struct AnchorSet {
    std::uint64_t version = 0;
    crypto::JwsKeys keys;  ///< by key id, which is the key's thumbprint
    std::map<DocumentKind, Role> roles;
    std::vector<Bytes> broker_anchors;  ///< X.509 DER: what the broker's chain must lead to
    std::vector<Bytes> device_anchors;  ///< X.509 DER: what certificates of devices must lead to

    /// The keys of that role; nothing where the set has no such role.
    [[nodiscard]] crypto::JwsKeys keys_of(DocumentKind kind) const;
};

[[nodiscard]] Json to_json(const AnchorSet& set);

/// Reads and checks. Rejected: unknown keys in the JSON, a key id that is not the thumbprint of its key, a role that names
/// a key twice or one that is not there, a threshold of 0 or more than its keys, no role for anchors or reply, no broker
/// anchor, or a key that may sign both online and offline kinds: then a broken-in registry could sign policy.
[[nodiscard]] Result<AnchorSet> anchor_set_from(std::uint64_t version, const Json& body);

}  // namespace anchor::protocol
