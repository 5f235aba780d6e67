// SPDX-License-Identifier: Apache-2.0
#pragma once

// The gate: on this side everything from outside is octets, on the other side it is a VerifiedDocument. Nothing else in
// this project can make one. The gate holds no state of its own; what is in force comes in with every call.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <anchor/core/device_id.h>
#include <anchor/core/digest.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/document.h>
#include <anchor/protocol/request.h>

namespace anchor::trust {

/// A document that the right keys have signed, for this device, of the kind that was asked for, not older than what is
/// in force.
class VerifiedDocument {
public:
    [[nodiscard]] const protocol::Document& document() const noexcept { return document_; }
    /// The signed document as it arrived: what is stored, and verified anew after every start.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    friend class Gate;
    VerifiedDocument(protocol::Document document, std::string text) : document_(std::move(document)), text_(std::move(text)) {}

    protocol::Document document_;
    std::string text_;
};

/// The newest version that was accepted, by "<kind>" or "<kind>/<name>".
using Floors = std::map<std::string, std::uint64_t, std::less<>>;

/// "policy/edge-gateway", "standing": under which the floor of that document is kept.
[[nodiscard]] std::string floor_key(const protocol::Document& document);

/// Whom documents have to be for, and what is in force. Borrowed for the time of a call.
struct Recipient {
    std::string_view tenant;
    std::string_view group;            ///< empty before the first standing
    const DeviceId* device = nullptr;  ///< nullptr for a reader who is no device: then only documents of fleet and groups pass
    const Floors& floors;
    WallTime now{};  ///< max(clock, floor): certificates and documents are judged at this time
};

class Gate {
public:
    /// The set must outlive the gate.
    explicit Gate(const protocol::AnchorSet& anchors) : anchors_(anchors) {}

    /// Accepts a document of that kind. Rejected: too few signatures of keys with that role, a broken signature, another
    /// kind, tenant or audience, an older version than the floor, expired. Any version that is not below the floor passes,
    /// so that applying a document twice is harmless. Not for replies and anchor sets.
    [[nodiscard]] Result<VerifiedDocument> accept(std::string_view text, protocol::DocumentKind kind, const Recipient& recipient) const;

    /// Accepts the reply to the request with that digest. Its time of issue is proof of the time, because the request
    /// was fresh.
    [[nodiscard]] Result<VerifiedDocument> accept_reply(std::string_view text, const Digest& request, const Recipient& recipient) const;

    /// The successor of the set in force: version + 1, signed by enough keys of the old *and* of the new set, so that
    /// nobody can install keys that nobody holds, and with roots in common, so that nobody is cut off. Not judged by expiry: who was
    /// away walks over old ones.
    [[nodiscard]] Result<protocol::AnchorSet> succeed(std::string_view text, std::string_view tenant) const;

    /// The set a device begins with: at least one of the keys pinned in its claim bundle has signed it, and enough of its
    /// own. Any version, because a bundle may be years older than the fleet's set.
    [[nodiscard]] static Result<protocol::AnchorSet> first(std::string_view text, const crypto::JwsKeys& pinned, std::string_view tenant);

private:
    [[nodiscard]] Result<protocol::Document> open(std::string_view text, protocol::DocumentKind kind) const;

    const protocol::AnchorSet& anchors_;
};

}  // namespace anchor::trust
