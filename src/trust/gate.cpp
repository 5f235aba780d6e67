// SPDX-License-Identifier: Apache-2.0
#include <anchor/trust/gate.h>

#include <anchor/protocol/succession.h>

namespace anchor::trust {
namespace {

using protocol::Document;
using protocol::DocumentKind;

Error wrong(const Document& document, const std::string& why) {
    return rejected(std::string(to_string(document.kind)) + (document.name.empty() ? "" : " " + document.name) + " version " +
                    std::to_string(document.version) + ": " + why);
}

Result<void> check_audience(const Document& document, const Recipient& recipient) {
    if (document.tenant != recipient.tenant) return wrong(document, "is for tenant \"" + document.tenant.substr(0, 64) + "\"");
    const bool ours = document.audience == protocol::audience_fleet() ||
                      (!recipient.group.empty() && document.audience == protocol::audience_group(recipient.group)) ||
                      (recipient.device != nullptr && document.audience == protocol::audience_device(*recipient.device));
    if (!ours) return wrong(document, "is for \"" + document.audience.substr(0, 64) + "\", not for this device");
    return {};
}

// What is about one device is for one device: the same words to a whole group would be someone's mistake or attack. What the
// online key signs has no name: with names, one key could fill the table of floors, and each name would begin a row of its own.
Result<void> check_scope(const Document& document) {
    const bool personal = document.kind == DocumentKind::Reply || document.kind == DocumentKind::Result ||
                          document.kind == DocumentKind::Standing || document.kind == DocumentKind::Reinstatement ||
                          document.kind == DocumentKind::Departure;
    if (personal && !document.audience.starts_with("device:")) return wrong(document, "is not for one device");
    if (!protocol::is_offline(document.kind) && !document.name.empty()) return wrong(document, "has a name, and none belongs there");
    return {};
}

Result<void> check_version(const Document& document, const Recipient& recipient) {
    const auto floor = recipient.floors.find(floor_key(document));
    if (floor == recipient.floors.end() || document.version >= floor->second) return {};
    return wrong(document, "is older than version " + std::to_string(floor->second) + ", which was accepted before");
}

Result<void> check_expiry(const Document& document, const Recipient& recipient) {
    if (!document.not_after || recipient.now < *document.not_after) return {};
    return wrong(document, "expired at " + to_rfc3339(*document.not_after));
}

// Opens a document with the keys of a role, and counts them.
Result<Document> open_with(const protocol::AnchorSet& set, std::string_view text, DocumentKind kind) {
    const auto role = set.roles.find(kind);
    if (role == set.roles.end()) return rejected("nobody may sign " + std::string(to_string(kind)) + " documents");
    ANCHOR_ASSIGN_OR_RETURN(const auto unverified, crypto::UnverifiedJws::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, unverified.verify(typ_of(kind), set.keys_of(kind)));
    if (verified.kids.size() < role->second.threshold) {
        return rejected(std::string(to_string(kind)) + " document with " + std::to_string(verified.kids.size()) + " valid signatures, " +
                        std::to_string(role->second.threshold) + " are needed");
    }
    ANCHOR_ASSIGN_OR_RETURN(Document document, protocol::document_from(verified.payload));
    if (document.kind != kind) return wrong(document, "stands in a JWS of kind " + std::string(to_string(kind)));
    return document;
}

// The set inside, if it is one for this tenant and enough of its own keys have signed it.
Result<protocol::AnchorSet> set_in(const Document& document, std::string_view text, std::string_view tenant) {
    if (document.tenant != tenant || document.audience != protocol::audience_fleet()) return wrong(document, "is for another fleet");
    auto set = protocol::anchor_set_from(document.version, document.body);
    if (!set) return wrong(document, set.error().what);
    if (auto by_itself = open_with(set.value(), text, DocumentKind::Anchors); !by_itself) {
        return wrong(document, "its own keys don't vouch for it: " + by_itself.error().what);
    }
    return set;
}

}  // namespace

std::string floor_key(const Document& document) {
    std::string key(to_string(document.kind));
    return document.name.empty() ? key : key + "/" + document.name;
}

Result<Document> Gate::open(std::string_view text, DocumentKind kind) const { return open_with(anchors_, text, kind); }

Result<VerifiedDocument> Gate::accept(std::string_view text, DocumentKind kind, const Recipient& recipient) const {
    if (kind == DocumentKind::Reply || kind == DocumentKind::Anchors) return rejected("this kind of document has a door of its own");
    ANCHOR_ASSIGN_OR_RETURN(Document document, open(text, kind));
    ANCHOR_RETURN_IF_ERROR(check_audience(document, recipient));
    ANCHOR_RETURN_IF_ERROR(check_scope(document));
    ANCHOR_RETURN_IF_ERROR(check_version(document, recipient));
    ANCHOR_RETURN_IF_ERROR(check_expiry(document, recipient));
    return VerifiedDocument(std::move(document), std::string(text));
}

Result<VerifiedDocument> Gate::accept_reply(std::string_view text, const Digest& request, const Recipient& recipient) const {
    ANCHOR_ASSIGN_OR_RETURN(Document document, open(text, DocumentKind::Reply));
    ANCHOR_RETURN_IF_ERROR(check_audience(document, recipient));
    ANCHOR_RETURN_IF_ERROR(check_scope(document));
    ANCHOR_ASSIGN_OR_RETURN(const protocol::Reply reply, protocol::reply_from(document));
    if (reply.request != request) return wrong(document, "answers another request");
    return VerifiedDocument(std::move(document), std::string(text));
}

Result<protocol::AnchorSet> Gate::succeed(std::string_view text, std::string_view tenant) const {
    ANCHOR_ASSIGN_OR_RETURN(const Document document, open(text, DocumentKind::Anchors));
    if (document.version != anchors_.version + 1) {
        return wrong(document, "is not the successor of version " + std::to_string(anchors_.version));
    }
    ANCHOR_ASSIGN_OR_RETURN(auto next, set_in(document, text, tenant));
    if (const auto survives = protocol::check_overlap(anchors_, next); !survives) return wrong(document, survives.error().what);
    return next;
}

Result<protocol::AnchorSet> Gate::first(std::string_view text, const crypto::JwsKeys& pinned, std::string_view tenant) {
    ANCHOR_ASSIGN_OR_RETURN(const auto unverified, crypto::UnverifiedJws::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, unverified.verify(typ_of(DocumentKind::Anchors), pinned));
    ANCHOR_ASSIGN_OR_RETURN(const Document document, protocol::document_from(verified.payload));
    return set_in(document, text, tenant);
}

}  // namespace anchor::trust
