// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/peer.h>

#include <algorithm>

#include <anchor/core/device_id.h>
#include <anchor/protocol/enrollment.h>

namespace anchor::trust {
namespace {

using crypto::Certificate;

Result<std::vector<Certificate>> anchors_of(const protocol::AnchorSet& set) {
    std::vector<Certificate> anchors;
    for (const Bytes& der : set.device_anchors) {
        ANCHOR_ASSIGN_OR_RETURN(Certificate anchor, Certificate::from_der(der));
        anchors.push_back(std::move(anchor));
    }
    return anchors;
}

// The registry's and the broker's certificates hang on the same authority, and are no device's.
Result<void> check_name(const Certificate& leaf, std::string_view tenant) {
    const auto device = DeviceId::parse(leaf.subject_cn());
    if (!device) return rejected("'" + leaf.subject() + "' is no device");
    const auto& uris = leaf.alternative_names().uris;
    if (std::ranges::find(uris, protocol::device_urn(tenant, *device)) == uris.end()) {
        return rejected("'" + leaf.subject() + "' is no device of tenant " + std::string(tenant));
    }
    return {};
}

}  // namespace

Result<Peer> judge_peer(std::string_view pem, const PeerBasis& basis) {
    ANCHOR_ASSIGN_OR_RETURN(const auto chain, Certificate::bundle_from_pem(pem));
    ANCHOR_ASSIGN_OR_RETURN(const auto anchors, anchors_of(basis.anchors));
    const Certificate& leaf = chain.front();
    crypto::ChainOptions options{.at = basis.at, .purpose = crypto::ForClient{}};
    options.tolerate_not_yet_valid = basis.tolerate_not_yet_valid;
    options.revocation = basis.demand_current ? crypto::Revocation::LeafNeeds : crypto::Revocation::WhereKnown;
    ANCHOR_RETURN_IF_ERROR(crypto::verify_chain(leaf, {chain.begin() + 1, chain.end()}, anchors, basis.lists, options));
    ANCHOR_RETURN_IF_ERROR(check_name(leaf, basis.tenant));
    return Peer{leaf.subject_cn(), leaf.serial_text(), leaf.not_after()};
}

}  // namespace anchor::trust
