// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/enrollment.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxCertificates = 8;
constexpr std::size_t kMaxDocuments = 32;
constexpr std::size_t kMaxLabels = 32;
constexpr std::size_t kMaxLabel = 256;
constexpr std::uint64_t kMaxLifetime = 24 * 3600;

// Labels end on terminals of operators: whoever writes them must not steer these. U+0080 to U+009F are controls too.
bool has_control(std::string_view text) {
    unsigned char before = 0;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7F || (before == 0xC2 && octet >= 0x80 && octet <= 0x9F)) return true;
        before = octet;
    }
    return false;
}

Result<std::map<std::string, std::string>> labels_from(const Json& body) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(body, "labels"));
    if (json->size() > kMaxLabels) return rejected("more than " + std::to_string(kMaxLabels) + " labels");
    std::map<std::string, std::string> labels;
    for (const auto& [name, value] : json->items()) {
        ANCHOR_ASSIGN_OR_RETURN(std::string text, json_string(*json, name));
        if (name.size() > kMaxLabel || text.size() > kMaxLabel)
            return rejected("label of more than " + std::to_string(kMaxLabel) + " octets");
        if (has_control(name) || has_control(text)) return rejected("label with a control character");
        labels.emplace(name, std::move(text));
    }
    return labels;
}

Result<Endorsement> endorsement_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"public", "certificate", "intermediates"}));
    Endorsement endorsement;
    ANCHOR_ASSIGN_OR_RETURN(endorsement.public_area, json_octets(json, "public"));
    ANCHOR_ASSIGN_OR_RETURN(endorsement.certificate, json_octets(json, "certificate"));
    ANCHOR_ASSIGN_OR_RETURN(endorsement.intermediates, octet_list_from(json, "intermediates", kMaxCertificates));
    return endorsement;
}

}  // namespace

Json to_json(const EnrollBegin& begin) {
    Json body = {{"request", to_base64url(begin.request)}, {"labels", begin.labels}};
    if (begin.endorsement) {
        body["ek"] = {{"public", to_base64url(begin.endorsement->public_area)},
                      {"certificate", to_base64url(begin.endorsement->certificate)},
                      {"intermediates", octet_list(begin.endorsement->intermediates)}};
        body["ak_public"] = to_base64url(begin.ak_public);
        body["device_key_public"] = to_base64url(begin.device_key_public);
    }
    if (begin.certification) {
        body["certification"] = attestation_json(*begin.certification);
    }
    return body;
}

Result<EnrollBegin> enroll_begin_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"request", "labels", "ek", "ak_public", "device_key_public", "certification"}));
    EnrollBegin begin;
    ANCHOR_ASSIGN_OR_RETURN(begin.request, json_octets(body, "request"));
    ANCHOR_ASSIGN_OR_RETURN(begin.labels, labels_from(body));
    const bool with_tpm = body.contains("ek");
    if (body.contains("ak_public") != with_tpm || body.contains("device_key_public") != with_tpm ||
        body.contains("certification") != with_tpm) {
        return rejected("\"ek\", \"ak_public\", \"device_key_public\" and \"certification\" come together or not at all");
    }
    if (!with_tpm) return begin;
    ANCHOR_ASSIGN_OR_RETURN(begin.endorsement, endorsement_from(body["ek"]));
    ANCHOR_ASSIGN_OR_RETURN(begin.ak_public, json_octets(body, "ak_public"));
    ANCHOR_ASSIGN_OR_RETURN(begin.device_key_public, json_octets(body, "device_key_public"));
    ANCHOR_ASSIGN_OR_RETURN(begin.certification, attestation_from(body["certification"]));
    return begin;
}

Json to_json(const EnrollChallenge& challenge) {
    return {{"session", to_base64url(challenge.session)},
            {"credential", to_base64url(challenge.credential)},
            {"secret", to_base64url(challenge.secret)},
            {"nonce", to_base64url(challenge.nonce)},
            {"expires_in", challenge.expires_in.count()}};
}

Result<EnrollChallenge> enroll_challenge_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"session", "credential", "secret", "nonce", "expires_in"}));
    EnrollChallenge challenge;
    ANCHOR_ASSIGN_OR_RETURN(challenge.session, json_octets(body, "session"));
    ANCHOR_ASSIGN_OR_RETURN(challenge.credential, json_octets(body, "credential"));
    ANCHOR_ASSIGN_OR_RETURN(challenge.secret, json_octets(body, "secret"));
    ANCHOR_ASSIGN_OR_RETURN(challenge.nonce, json_octets(body, "nonce"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t expires_in, json_unsigned(body, "expires_in"));
    if (expires_in > kMaxLifetime) return rejected("\"expires_in\" is more than a day");
    challenge.expires_in = Seconds{static_cast<Seconds::rep>(expires_in)};
    return challenge;
}

Json to_json(const EnrollProve& prove) {
    return {{"session", to_base64url(prove.session)}, {"proof", to_base64url(prove.proof)}, {"evidence", prove.evidence}};
}

Result<EnrollProve> enroll_prove_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"session", "proof", "evidence"}));
    EnrollProve prove;
    ANCHOR_ASSIGN_OR_RETURN(prove.session, json_octets(body, "session"));
    ANCHOR_ASSIGN_OR_RETURN(prove.proof, json_octets(body, "proof"));
    ANCHOR_ASSIGN_OR_RETURN(prove.evidence, json_string(body, "evidence"));
    return prove;
}

Digest enrollment_proof(const SecretBytes& secret, const Digest& begin, const Digest& reply, const Digest& evidence) {
    return crypto::hmac(HashAlg::Sha256, secret.view(), {begin.view(), reply.view(), evidence.view()});
}

Json to_json(const EnrollGrant& grant) {
    return {{"certificates", octet_list(grant.certificates)},
            {"anchors", grant.anchors},
            {"standing", grant.standing},
            {"documents", grant.documents},
            {"result", grant.result},
            {"broker", {{"host", grant.broker_host}, {"port", grant.broker_port}}}};
}

Result<EnrollGrant> enroll_grant_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"certificates", "anchors", "standing", "documents", "result", "broker"}));
    EnrollGrant grant;
    ANCHOR_ASSIGN_OR_RETURN(grant.certificates, octet_list_from(body, "certificates", kMaxCertificates));
    ANCHOR_ASSIGN_OR_RETURN(grant.anchors, json_string(body, "anchors"));
    ANCHOR_ASSIGN_OR_RETURN(grant.standing, json_string(body, "standing"));
    ANCHOR_ASSIGN_OR_RETURN(grant.documents, text_list_from(body, "documents", kMaxDocuments));
    ANCHOR_ASSIGN_OR_RETURN(grant.result, json_string(body, "result"));
    ANCHOR_ASSIGN_OR_RETURN(const Json* broker, object_of(body, "broker"));
    ANCHOR_ASSIGN_OR_RETURN(grant.broker_host, json_string(*broker, "host"));
    ANCHOR_ASSIGN_OR_RETURN(grant.broker_port, port_of(*broker, "port"));
    return grant;
}

std::string device_urn(std::string_view tenant, const DeviceId& device) {
    return "urn:anchord:" + std::string(tenant) + ":" + device.text();
}

}  // namespace anchor::protocol
