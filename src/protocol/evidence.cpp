// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/evidence.h>

#include <bit>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

#include "claim_json.h"
#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxNonce = 64;

Json blob_json(const BlobName& name) { return {{"sha256", to_base64url(name.sha256.view())}, {"size", name.size}}; }

Result<BlobName> blob_name_from(const Json& json) {
    BlobName name;
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, json_octets(json, "sha256"));
    ANCHOR_ASSIGN_OR_RETURN(name.sha256, Digest::from(HashAlg::Sha256, digest));
    ANCHOR_ASSIGN_OR_RETURN(name.size, json_unsigned(json, "size"));
    return name;
}

Result<std::optional<BlobName>> blob_from(const Json& object, std::string_view key) {
    if (!object.contains(key)) return std::optional<BlobName>();
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(object, key));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(*json, {"sha256", "size"}));
    ANCHOR_ASSIGN_OR_RETURN(const BlobName name, blob_name_from(*json));
    return std::optional(name);
}

Json ima_json(const ImaPart& part) {
    Json json = part.octets ? blob_json(*part.octets) : Json::object();
    json["from"] = part.from;
    return json;
}

Result<std::optional<ImaPart>> ima_from(const Json& object) {
    if (!object.contains("ima_list")) return std::optional<ImaPart>();
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(object, "ima_list"));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(*json, {"from", "sha256", "size"}));
    ImaPart part;
    ANCHOR_ASSIGN_OR_RETURN(part.from, json_unsigned(*json, "from"));
    if (json->size() == 1) return std::optional(part);
    ANCHOR_ASSIGN_OR_RETURN(part.octets, blob_name_from(*json));
    return std::optional(part);
}

Json logs_json(const Evidence& evidence) {
    Json logs = Json::object();
    if (evidence.event_log) logs["event_log"] = blob_json(*evidence.event_log);
    return logs;
}

Json quote_json(const Quote& quote) {
    Json pcrs = Json::object();
    for (const auto& [key, value] : quote.pcrs) pcrs[std::string(to_string(key.bank))][std::to_string(key.index)] = to_hex(value.view());
    return {{"attest", to_base64url(quote.attestation.attest)}, {"signature", to_base64url(quote.attestation.signature)}, {"pcrs", pcrs}};
}

Result<PcrValues> pcrs_from(const Json& json) {
    PcrValues values;
    for (const auto& [bank_name, registers] : json.items()) {
        const auto bank = hash_alg_from(bank_name);
        if (!bank || !registers.is_object()) return rejected("PCR bank \"" + bank_name.substr(0, 40) + "\"");
        for (const auto& [index_text, value] : registers.items()) {
            // The index is read by the one reader of selections, which knows its bounds and its one spelling.
            ANCHOR_ASSIGN_OR_RETURN(const PcrSelection one, pcr_selection_from(bank_name + ":" + index_text));
            ANCHOR_ASSIGN_OR_RETURN(const std::string hex, json_string(registers, index_text));
            ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_hex(hex));
            ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(*bank, octets));
            if (!std::has_single_bit(one.mask)) return rejected("PCR \"" + index_text.substr(0, 40) + "\" is not one register");
            values.set(static_cast<unsigned>(std::countr_zero(one.mask)), digest);
        }
    }
    return values;
}

Result<Quote> quote_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"attest", "signature", "pcrs"}));
    Quote quote;
    ANCHOR_ASSIGN_OR_RETURN(quote.attestation.attest, json_octets(json, "attest"));
    ANCHOR_ASSIGN_OR_RETURN(quote.attestation.signature, json_octets(json, "signature"));
    ANCHOR_ASSIGN_OR_RETURN(const Json* pcrs, object_of(json, "pcrs"));
    ANCHOR_ASSIGN_OR_RETURN(quote.pcrs, pcrs_from(*pcrs));
    return quote;
}

Digest binding(ByteView nonce, const Json& logs, const Json& claims) {
    const Json bound = {{"claims", claims}, {"logs", logs}};
    const Digest inner = crypto::hash(HashAlg::Sha256, as_bytes(canonical_json(bound)));
    return crypto::hash(HashAlg::Sha256, {nonce, inner.view()});
}

}  // namespace

Digest binding_of(const Evidence& evidence, SteadyTime now) {
    return binding(evidence.nonce, logs_json(evidence), claims_to_json(evidence.claims, now));
}

Bytes encode(const Evidence& evidence, SteadyTime now) {
    Json json = {
        {"eat_profile", kEvidenceProfile}, {"eat_nonce", to_base64url(evidence.nonce)},      {"ueid", evidence.device.text()},
        {"logs", logs_json(evidence)},     {"claims", claims_to_json(evidence.claims, now)},
    };
    if (evidence.quote) json["tpm"] = quote_json(*evidence.quote);
    if (evidence.ima_list) json["ima_list"] = ima_json(*evidence.ima_list);
    return to_bytes(canonical_json(json));
}

Result<ReceivedEvidence> evidence_from(ByteView octets, SteadyTime now) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(as_text(octets), {.octets = kMaxMessage}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"eat_profile", "eat_nonce", "ueid", "logs", "claims", "tpm", "ima_list"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string profile, json_string(json, "eat_profile"));
    if (profile != kEvidenceProfile) return rejected("Evidence of profile \"" + profile.substr(0, 80) + "\"");
    ANCHOR_ASSIGN_OR_RETURN(const std::string device_text, json_string(json, "ueid"));
    ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(device_text));

    ReceivedEvidence received{{std::move(device), {}, {}, {}, {}, {}}};
    Evidence& evidence = received.evidence;
    ANCHOR_ASSIGN_OR_RETURN(evidence.nonce, json_octets(json, "eat_nonce"));
    if (evidence.nonce.size() > kMaxNonce) return rejected("nonce of " + std::to_string(evidence.nonce.size()) + " octets");
    ANCHOR_ASSIGN_OR_RETURN(const Json* logs, object_of(json, "logs"));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(*logs, {"event_log"}));
    ANCHOR_ASSIGN_OR_RETURN(evidence.event_log, blob_from(*logs, "event_log"));
    ANCHOR_ASSIGN_OR_RETURN(evidence.ima_list, ima_from(json));
    ANCHOR_ASSIGN_OR_RETURN(const Json* claims, object_of(json, "claims"));
    ANCHOR_ASSIGN_OR_RETURN(evidence.claims, claims_from_json(*claims, now));
    if (json.contains("tpm")) {
        auto quote = quote_from(json["tpm"]);
        if (!quote) return std::move(quote).error().within("\"tpm\"");
        evidence.quote = std::move(quote).value();
    }
    received.binding = binding(evidence.nonce, *logs, *claims);
    return received;
}

}  // namespace anchor::protocol
