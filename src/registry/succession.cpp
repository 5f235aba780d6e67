// SPDX-License-Identifier: Apache-2.0
#include <anchor/registry/succession.h>

#include <algorithm>

#include <anchor/protocol/succession.h>
#include <anchor/trust/gate.h>

namespace anchor::registry {
namespace {

using protocol::AnchorSet;
using protocol::DocumentKind;

// The sets of the store, the oldest first.
Result<std::vector<StoredDocument>> stored_sets(Store& store) {
    std::vector<StoredDocument> sets;
    ANCHOR_ASSIGN_OR_RETURN(auto newest, store.document(DocumentKind::Anchors, "", 0));
    for (std::uint64_t version = newest ? newest->version : 0; version > 0; --version) {
        ANCHOR_ASSIGN_OR_RETURN(auto one, store.document(DocumentKind::Anchors, "", version));
        if (!one) break;
        sets.push_back(std::move(*one));
    }
    std::ranges::reverse(sets);
    return sets;
}

bool still_counts(const StoredDocument& document, const AnchorSet& next) {
    const auto role = next.roles.find(document.kind);
    const auto jws = crypto::UnverifiedJws::parse(document.text);
    if (role == next.roles.end() || !jws) return false;
    const auto verified = jws->verify(protocol::typ_of(document.kind), next.keys_of(document.kind));
    return verified && verified->kids.size() >= role->second.threshold;
}

}  // namespace

Result<AnchorsInForce> anchors_in_force(Store& store, const crypto::JwsKeys& pinned, std::string_view tenant) {
    ANCHOR_ASSIGN_OR_RETURN(const auto sets, stored_sets(store));
    if (sets.empty()) return denied("there is no trust-anchor set");
    std::optional<AnchorSet> set;
    std::string why = "nobody vouches for it";
    for (const StoredDocument& one : sets) {
        auto next = set ? trust::Gate(*set).succeed(one.text, tenant) : trust::Gate::first(one.text, pinned, tenant);
        if (!next && set) return denied("trust-anchor set version " + std::to_string(one.version) + ": " + next.error().what);
        if (next)
            set = std::move(next).value();
        else
            why = next.error().what;
    }
    if (!set) return denied("trust-anchor set version " + std::to_string(sets.back().version) + ": " + why);
    return AnchorsInForce{std::move(*set), sets.back().text};
}

Result<void> check_own_ties(const AnchorSet& next, const OwnTies& ties) {
    for (const auto& [whose, chain] : ties.broker_chains)
        ANCHOR_RETURN_IF_ERROR(protocol::check_leads_to(whose, chain, next.broker_anchors));
    if (!next.device_anchors.empty())
        ANCHOR_RETURN_IF_ERROR(protocol::check_leads_to("the issuing CA", ties.issuing_chain, next.device_anchors));
    for (const auto kind : {DocumentKind::Reply, DocumentKind::Result, DocumentKind::Standing, DocumentKind::Fresh}) {
        const auto keys = next.keys_of(kind);
        const bool ours = std::ranges::any_of(ties.online_kids, [&](const std::string& kid) { return keys.contains(kid); });
        if (!ours) return rejected("no online key of this registry may sign " + std::string(to_string(kind)) + " documents");
    }
    return {};
}

Result<std::vector<std::string>> left_behind(Store& store, const AnchorSet& next) {
    std::vector<std::string> lines;
    ANCHOR_ASSIGN_OR_RETURN(const auto devices, store.devices());
    for (const DeviceRecord& device : devices) {
        if (next.device_anchors.empty() || device.standing.status == StandingStatus::Revoked || device.certificates.empty()) continue;
        if (const auto leads = protocol::check_leads_to("its certificate", device.certificates, next.device_anchors); !leads)
            lines.push_back("device " + device.id.text() + ": " + leads.error().what);
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto documents, store.newest_documents());
    for (const StoredDocument& document : documents) {
        const bool of_group = document.kind == DocumentKind::Policy || document.kind == DocumentKind::Reference;
        if (of_group && !still_counts(document, next))
            lines.push_back(std::string(to_string(document.kind)) + " of group " + document.name +
                            ": too few of the new keys have signed it");
    }
    return lines;
}

}  // namespace anchor::registry
