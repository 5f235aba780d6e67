// SPDX-License-Identifier: Apache-2.0
#pragma once

// anchor-registry sign: one signature more, on a machine that need not have a network, a registry or anything else of the fleet's.

#include <optional>
#include <string>

#include <anchor/protocol/signing.h>

#include "signer.h"

namespace anchor::registryd {

struct SignOptions {
    std::string file;
    std::string out;
    std::string anchors;  ///< the trust-anchor set in force, as published; for the first set of all there is none
    KeyName key;
    bool show_only = false;
    bool sure = false;  ///< nobody is asked
};

/// Says in words what is signed, asks, signs, and says who is still missing. Denied: not agreed to, or the key has no such role.
/// Rejected: no such document, or a set that devices would refuse.
[[nodiscard]] Result<void> sign(const SignOptions& options);

/// A set that vouches for itself: which of all such sets is in force, whoever brings the file has to know. Rejected: it does not.
[[nodiscard]] Result<protocol::AnchorSet> read_anchors(const std::string& file);
[[nodiscard]] Result<protocol::Draft> read_draft(const std::string& file);
void print_counts(const std::vector<protocol::SignatureCount>& counts);

}  // namespace anchor::registryd
