// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/request.h>

#include <array>

#include <anchor/base/encoding.h>

namespace anchor::protocol {
namespace {

constexpr std::size_t kIdSize = 16;
constexpr std::array kErrorKinds = {ErrorKind::Unavailable, ErrorKind::Stale, ErrorKind::Rejected, ErrorKind::Denied, ErrorKind::Corrupt};

Result<Refusal> refusal_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"kind", "what"}));
    Refusal refusal;
    ANCHOR_ASSIGN_OR_RETURN(const std::string kind, json_string(json, "kind"));
    ANCHOR_ASSIGN_OR_RETURN(refusal.what, json_string(json, "what"));
    for (const ErrorKind candidate : kErrorKinds) {
        if (to_string(candidate) != kind) continue;
        refusal.kind = candidate;
        return refusal;
    }
    return rejected("refusal of unknown kind \"" + kind.substr(0, 40) + "\"");
}

}  // namespace

Bytes encode(const Request& request) {
    return to_bytes(canonical_json({{"verb", request.verb},
                                    {"tenant", request.tenant},
                                    {"device", request.device.text()},
                                    {"id", to_base64url(request.id)},
                                    {"body", request.body}}));
}

Result<Request> request_from(ByteView octets) {
    ANCHOR_ASSIGN_OR_RETURN(Json json, parse_json(as_text(octets), {.octets = kMaxMessage}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"verb", "tenant", "device", "id", "body"}));
    ANCHOR_ASSIGN_OR_RETURN(std::string verb, json_string(json, "verb"));
    ANCHOR_ASSIGN_OR_RETURN(std::string tenant, json_string(json, "tenant"));
    ANCHOR_ASSIGN_OR_RETURN(const std::string device_text, json_string(json, "device"));
    ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(device_text));
    ANCHOR_ASSIGN_OR_RETURN(Bytes id, json_octets(json, "id"));
    if (id.size() != kIdSize) return rejected("\"id\" has " + std::to_string(id.size()) + " octets, expected 16");
    if (!json.contains("body")) return rejected("\"body\" is missing");
    return Request{std::move(verb), std::move(tenant), std::move(device), std::move(id), std::move(json["body"])};
}

Document reply_document(const Reply& reply, std::string_view tenant, const DeviceId& device, WallTime now) {
    Json body = {{"verb", reply.verb}, {"request", to_base64url(reply.request.view())}};
    if (reply.refusal)
        body["refusal"] = {{"kind", to_string(reply.refusal->kind)}, {"what", reply.refusal->what}};
    else
        body["answer"] = reply.body;
    if (!reply.fresh.empty()) body["fresh"] = reply.fresh;
    return {.kind = DocumentKind::Reply,
            .tenant = std::string(tenant),
            .audience = audience_device(device),
            .name = {},
            .version = 0,
            .issued = now,
            .not_after = std::nullopt,
            .body = std::move(body)};
}

Result<Reply> reply_from(const Document& document) {
    const Json& body = document.body;
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"verb", "request", "refusal", "answer", "fresh"}));
    Reply reply;
    ANCHOR_ASSIGN_OR_RETURN(reply.verb, json_string(body, "verb"));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, json_octets(body, "request"));
    ANCHOR_ASSIGN_OR_RETURN(reply.request, Digest::from(HashAlg::Sha256, digest));
    if (body.contains("fresh")) {
        ANCHOR_ASSIGN_OR_RETURN(reply.fresh, json_string(body, "fresh"));
    }
    if (body.contains("refusal") == body.contains("answer")) return rejected("a reply has an answer or a refusal, and never both");
    if (body.contains("refusal")) {
        ANCHOR_ASSIGN_OR_RETURN(reply.refusal, refusal_from(body["refusal"]));
    } else {
        reply.body = body["answer"];
    }
    return reply;
}

}  // namespace anchor::protocol
