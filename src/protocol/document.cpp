// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/document.h>

#include <array>

namespace anchor::protocol {
namespace {

constexpr std::array<std::string_view, kDocumentKindCount> kKinds = {
    "reply", "result", "standing", "fresh", "revocations", "policy", "reference", "approval", "anchors", "reinstatement", "departure",
};

}  // namespace

std::string_view to_string(DocumentKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<DocumentKind> document_kind_from(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i] == name) return static_cast<DocumentKind>(i);
    }
    return std::nullopt;
}

std::string typ_of(DocumentKind kind) { return "anchord-" + std::string(to_string(kind)) + "+jws"; }

bool is_offline(DocumentKind kind) noexcept { return kind >= DocumentKind::Policy; }

std::string audience_fleet() { return "fleet"; }
std::string audience_group(std::string_view group) { return "group:" + std::string(group); }
std::string audience_device(const DeviceId& device) { return "device:" + device.text(); }

Bytes encode(const Document& document) {
    Json payload = {
        {"kind", to_string(document.kind)},
        {"tenant", document.tenant},
        {"audience", document.audience},
        {"name", document.name},
        {"version", document.version},
        {"issued", to_rfc3339(document.issued)},
        {"body", document.body},
    };
    if (document.not_after) payload["not_after"] = to_rfc3339(*document.not_after);
    return to_bytes(canonical_json(payload));
}

Result<Document> document_from(ByteView payload) {
    ANCHOR_ASSIGN_OR_RETURN(Json json, parse_json(as_text(payload)));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"kind", "tenant", "audience", "name", "version", "issued", "not_after", "body"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string kind_name, json_string(json, "kind"));
    const auto kind = document_kind_from(kind_name);
    if (!kind) return rejected("document of unknown kind \"" + kind_name.substr(0, 40) + "\"");

    Document document{.kind = *kind};
    ANCHOR_ASSIGN_OR_RETURN(document.tenant, json_string(json, "tenant"));
    ANCHOR_ASSIGN_OR_RETURN(document.audience, json_string(json, "audience"));
    ANCHOR_ASSIGN_OR_RETURN(document.name, json_string(json, "name"));
    ANCHOR_ASSIGN_OR_RETURN(document.version, json_unsigned(json, "version"));
    ANCHOR_ASSIGN_OR_RETURN(const std::string issued, json_string(json, "issued"));
    ANCHOR_ASSIGN_OR_RETURN(document.issued, from_rfc3339(issued));
    if (json.contains("not_after")) {
        ANCHOR_ASSIGN_OR_RETURN(const std::string not_after, json_string(json, "not_after"));
        ANCHOR_ASSIGN_OR_RETURN(document.not_after, from_rfc3339(not_after));
    }
    if (!json.contains("body")) return rejected("\"body\" is missing");
    document.body = std::move(json["body"]);
    return document;
}

Result<std::string> sign(const Document& document, std::span<const crypto::JwsSigner> signers) {
    const Bytes payload = encode(document);
    if (signers.size() == 1) return crypto::sign_jws(typ_of(document.kind), payload, signers.front());
    return crypto::sign_jws(typ_of(document.kind), payload, signers);
}

}  // namespace anchor::protocol
