// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/rotation.h>

#include <anchor/base/encoding.h>

#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxCertificates = 8;

}  // namespace

Json to_json(const RotateRequest& wish) {
    Json body = {{"request", to_base64url(wish.request)}};
    if (!wish.certification) return body;
    body["device_key_public"] = to_base64url(wish.device_key_public);
    body["certification"] = attestation_json(*wish.certification);
    return body;
}

Result<RotateRequest> rotate_request_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"request", "device_key_public", "certification"}));
    RotateRequest wish;
    ANCHOR_ASSIGN_OR_RETURN(wish.request, json_octets(body, "request"));
    if (body.contains("device_key_public") != body.contains("certification")) {
        return rejected("\"device_key_public\" and \"certification\" come together or not at all");
    }
    if (!body.contains("certification")) return wish;
    ANCHOR_ASSIGN_OR_RETURN(wish.device_key_public, json_octets(body, "device_key_public"));
    ANCHOR_ASSIGN_OR_RETURN(wish.certification, attestation_from(body["certification"]));
    return wish;
}

Json to_json(const RotateGrant& grant) { return {{"certificates", octet_list(grant.certificates)}}; }

Result<RotateGrant> rotate_grant_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"certificates"}));
    RotateGrant grant;
    ANCHOR_ASSIGN_OR_RETURN(grant.certificates, octet_list_from(body, "certificates", kMaxCertificates));
    return grant;
}

}  // namespace anchor::protocol
