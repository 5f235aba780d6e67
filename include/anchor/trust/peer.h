// SPDX-License-Identifier: Apache-2.0
#pragma once

// A peer: another device of the same owner, judged by the certificate that it shows. So that devices of one site refuse each other
// when the owner has revoked one, also without a network.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/crypto/chain.h>
#include <anchor/protocol/anchor_set.h>

namespace anchor::trust {

/// What the verdict rests on.
struct PeerBasis {
    const protocol::AnchorSet& anchors;  ///< its device anchors
    std::string_view tenant;
    const std::vector<crypto::Crl>& lists;
    WallTime at{};
    bool tolerate_not_yet_valid = false;
    bool demand_current = true;  ///< a revocation list that is there and not out of date; without it nobody knows whether it is revoked
};

struct Peer {
    std::string device;
    std::string serial;
    WallTime not_after{};
};

/// Judges a chain in PEM, the peer's own certificate first. Rejected, with the reason in words: not a chain to the device anchors, expired,
/// revoked, on hold, no current list, not the certificate of a device of this tenant.
[[nodiscard]] Result<Peer> judge_peer(std::string_view pem, const PeerBasis& basis);

}  // namespace anchor::trust
