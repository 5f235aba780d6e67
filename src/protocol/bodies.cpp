// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/bodies.h>

#include <limits>

#include <anchor/base/encoding.h>

#include "claim_json.h"
#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxFindings = 1000;
constexpr std::size_t kMaxWanted = 64;
constexpr std::size_t kMaxVersions = 2048;  // two a group of the fleet
constexpr std::size_t kMaxSelections = 8;
constexpr std::uint64_t kMaxNonceLifetime = 24 * 3600;

Result<std::map<std::string, std::uint64_t>> versions_from(const Json& object, std::string_view key, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(object, key));
    if (json->size() > limit) return rejected("\"" + std::string(key) + "\" has more than " + std::to_string(limit) + " members");
    std::map<std::string, std::uint64_t> versions;
    for (const auto& [name, value] : json->items()) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t version, json_unsigned(*json, name));
        versions.emplace(name, version);
    }
    return versions;
}

Result<std::optional<WallTime>> time_from(const Json& object, std::string_view key) {
    if (!object.contains(key)) return std::optional<WallTime>();
    ANCHOR_ASSIGN_OR_RETURN(const std::string text, json_string(object, key));
    ANCHOR_ASSIGN_OR_RETURN(const WallTime time, from_rfc3339(text));
    return std::optional(time);
}

// A name as the enum's own reader knows it.
template <class Enum>
Result<Enum> named(const Json& object, std::string_view key, std::optional<Enum> (*reader)(std::string_view) noexcept) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(object, key));
    const auto value = reader(name);
    if (!value) return rejected("\"" + std::string(key) + "\" has unknown value \"" + name.substr(0, 40) + "\"");
    return *value;
}

Result<int> risk_from(const Json& object) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t risk, json_unsigned(object, "risk"));
    if (risk > 100) return rejected("\"risk\" is more than 100");
    return static_cast<int>(risk);
}

Result<std::vector<FindingInput>> inputs_from(const Json& object) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* list, array_of(object, "inputs", kMaxFindings));
    std::vector<FindingInput> inputs;
    for (const Json& item : *list) {
        ANCHOR_RETURN_IF_ERROR(json_only_keys(item, {"claim", "value"}));
        FindingInput input;
        ANCHOR_ASSIGN_OR_RETURN(input.claim, json_string(item, "claim"));
        ANCHOR_ASSIGN_OR_RETURN(input.value, json_string(item, "value"));
        inputs.push_back(std::move(input));
    }
    return inputs;
}

}  // namespace

Json to_json(const Standing& standing) {
    Json body = {
        {"status", to_string(standing.status)}, {"group", standing.group}, {"wanted", standing.wanted}, {"reason", standing.reason}};
    if (standing.rotate_by) body["rotate_by"] = to_rfc3339(*standing.rotate_by);
    if (standing.attest_by) body["attest_by"] = to_rfc3339(*standing.attest_by);
    return body;
}

Result<Standing> standing_from(std::uint64_t number, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"status", "group", "wanted", "reason", "rotate_by", "attest_by"}));
    Standing standing{.number = number};
    ANCHOR_ASSIGN_OR_RETURN(standing.status, named(body, "status", standing_status_from));
    ANCHOR_ASSIGN_OR_RETURN(standing.group, json_string(body, "group"));
    ANCHOR_ASSIGN_OR_RETURN(standing.wanted, versions_from(body, "wanted", kMaxWanted));
    ANCHOR_ASSIGN_OR_RETURN(standing.reason, json_string(body, "reason"));
    ANCHOR_ASSIGN_OR_RETURN(standing.rotate_by, time_from(body, "rotate_by"));
    ANCHOR_ASSIGN_OR_RETURN(standing.attest_by, time_from(body, "attest_by"));
    return standing;
}

Json to_json(const Freshness& freshness) { return {{"versions", freshness.versions}}; }

Result<Freshness> freshness_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"versions"}));
    Freshness freshness;
    ANCHOR_ASSIGN_OR_RETURN(freshness.versions, versions_from(body, "versions", kMaxVersions));
    return freshness;
}

Json to_json(const Finding& finding) {
    Json inputs = Json::array();
    for (const FindingInput& input : finding.inputs) inputs.push_back({{"claim", input.claim}, {"value", input.value}});
    return {{"policy", finding.policy},        {"rule", finding.rule},         {"about", to_string(finding.about)},
            {"tier", to_string(finding.tier)}, {"unknown", finding.unknown},   {"risk", finding.risk},
            {"because", finding.because},      {"controls", finding.controls}, {"inputs", inputs}};
}

Result<Finding> finding_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"policy", "rule", "about", "tier", "unknown", "risk", "because", "controls", "inputs"}));
    Finding finding;
    ANCHOR_ASSIGN_OR_RETURN(finding.policy, json_string(json, "policy"));
    ANCHOR_ASSIGN_OR_RETURN(finding.rule, json_string(json, "rule"));
    ANCHOR_ASSIGN_OR_RETURN(finding.about, named(json, "about", dimension_from));
    ANCHOR_ASSIGN_OR_RETURN(finding.tier, named(json, "tier", tier_from));
    ANCHOR_ASSIGN_OR_RETURN(finding.unknown, json_bool(json, "unknown"));
    ANCHOR_ASSIGN_OR_RETURN(finding.risk, risk_from(json));
    ANCHOR_ASSIGN_OR_RETURN(finding.because, json_string(json, "because"));
    ANCHOR_ASSIGN_OR_RETURN(finding.controls, text_list_from(json, "controls", kMaxFindings));
    ANCHOR_ASSIGN_OR_RETURN(finding.inputs, inputs_from(json));
    return finding;
}

Json to_json(const AttestationResult& result) {
    Json findings = Json::array();
    for (const Finding& finding : result.findings) findings.push_back(to_json(finding));
    return {{"level", to_string(result.level)}, {"overall", to_string(result.overall)}, {"risk", result.risk}, {"findings", findings}};
}

Result<AttestationResult> attestation_result_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"level", "overall", "risk", "findings"}));
    AttestationResult result;
    ANCHOR_ASSIGN_OR_RETURN(result.level, named(body, "level", level_from));
    ANCHOR_ASSIGN_OR_RETURN(result.overall, named(body, "overall", tier_from));
    ANCHOR_ASSIGN_OR_RETURN(result.risk, risk_from(body));
    ANCHOR_ASSIGN_OR_RETURN(const Json* findings, array_of(body, "findings", kMaxFindings));
    for (const Json& item : *findings) {
        ANCHOR_ASSIGN_OR_RETURN(Finding finding, finding_from(item));
        result.findings.push_back(std::move(finding));
    }
    return result;
}

Json to_json(const NonceGrant& grant) {
    Json selections = Json::array();
    for (const PcrSelection& selection : grant.selections) selections.push_back(to_text(selection));
    Json json = {{"nonce", to_base64url(grant.nonce)}, {"expires_in", grant.expires_in.count()}, {"selections", selections}};
    if (grant.ima) json["ima"] = {{"entries", grant.ima->entries}, {"reset_count", grant.ima->reset_count}};
    return json;
}

Result<NonceGrant> nonce_grant_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"nonce", "expires_in", "selections", "ima"}));
    NonceGrant grant;
    ANCHOR_ASSIGN_OR_RETURN(grant.nonce, json_octets(body, "nonce"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t expires_in, json_unsigned(body, "expires_in"));
    if (expires_in > kMaxNonceLifetime) return rejected("\"expires_in\" is more than a day");
    grant.expires_in = Seconds{static_cast<Seconds::rep>(expires_in)};
    ANCHOR_ASSIGN_OR_RETURN(const auto selections, text_list_from(body, "selections", kMaxSelections));
    for (const std::string& text : selections) {
        ANCHOR_ASSIGN_OR_RETURN(const PcrSelection selection, pcr_selection_from(text));
        grant.selections.push_back(selection);
    }
    if (!body.contains("ima")) return grant;
    ANCHOR_ASSIGN_OR_RETURN(const Json* ima, object_of(body, "ima"));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(*ima, {"entries", "reset_count"}));
    grant.ima.emplace();
    ANCHOR_ASSIGN_OR_RETURN(grant.ima->entries, json_unsigned(*ima, "entries"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t reset_count, json_unsigned(*ima, "reset_count"));
    if (reset_count > std::numeric_limits<std::uint32_t>::max()) return rejected("\"reset_count\" has more than 32 bits");
    grant.ima->reset_count = static_cast<std::uint32_t>(reset_count);
    return grant;
}

bool is_of_an_application(const Claim& claim) noexcept { return claim.source.starts_with("app:"); }

Json to_json(const Telemetry& telemetry, SteadyTime now) {
    Json claims = claims_to_json(telemetry.claims, now);
    const std::uint64_t left_out = telemetry.left_out + (telemetry.claims.size() - claims.size());
    Json body = {{"at", to_rfc3339(telemetry.at)}, {"claims", std::move(claims)}};
    if (left_out != 0) body["left_out"] = left_out;
    return body;
}

Result<Telemetry> telemetry_from(const Json& body, SteadyTime now) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"at", "claims", "left_out"}));
    if (canonical_json(body).size() > kMaxTelemetry) return rejected("telemetry of more than 64 KiB");
    Telemetry telemetry;
    ANCHOR_ASSIGN_OR_RETURN(const std::string at, json_string(body, "at"));
    ANCHOR_ASSIGN_OR_RETURN(telemetry.at, from_rfc3339(at));
    ANCHOR_ASSIGN_OR_RETURN(const Json* claims, object_of(body, "claims"));
    ANCHOR_ASSIGN_OR_RETURN(telemetry.claims, claims_from_json(*claims, now));
    if (telemetry.claims.size() == 0) return rejected("telemetry without a claim");
    for (const auto& [name, claim] : telemetry.claims) {
        if (!is_of_an_application(claim)) return rejected("claim " + name + " is no application's");
    }
    if (body.contains("left_out")) {
        ANCHOR_ASSIGN_OR_RETURN(telemetry.left_out, json_unsigned(body, "left_out"));
    }
    return telemetry;
}

Json to_json(const BlobChunk& chunk) {
    return {{"sha256", to_base64url(chunk.name.sha256.view())},
            {"size", chunk.name.size},
            {"offset", chunk.offset},
            {"octets", to_base64url(chunk.octets)}};
}

Result<BlobChunk> blob_chunk_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"sha256", "size", "offset", "octets"}));
    BlobChunk chunk;
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, json_octets(body, "sha256"));
    ANCHOR_ASSIGN_OR_RETURN(chunk.name.sha256, Digest::from(HashAlg::Sha256, digest));
    ANCHOR_ASSIGN_OR_RETURN(chunk.name.size, json_unsigned(body, "size"));
    ANCHOR_ASSIGN_OR_RETURN(chunk.offset, json_unsigned(body, "offset"));
    ANCHOR_ASSIGN_OR_RETURN(chunk.octets, json_octets(body, "octets"));
    if (chunk.octets.size() > kMaxChunk || chunk.offset > chunk.name.size || chunk.octets.size() > chunk.name.size - chunk.offset) {
        return rejected("chunk of " + std::to_string(chunk.octets.size()) + " octets at " + std::to_string(chunk.offset) +
                        " does not fit a blob of " + std::to_string(chunk.name.size));
    }
    return chunk;
}

Json to_json(const BlobPlace& place) {
    return {{"sha256", to_base64url(place.name.sha256.view())}, {"size", place.name.size}, {"offset", place.offset}};
}

Result<BlobPlace> blob_place_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"sha256", "size", "offset"}));
    BlobPlace place;
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, json_octets(body, "sha256"));
    ANCHOR_ASSIGN_OR_RETURN(place.name.sha256, Digest::from(HashAlg::Sha256, digest));
    ANCHOR_ASSIGN_OR_RETURN(place.name.size, json_unsigned(body, "size"));
    ANCHOR_ASSIGN_OR_RETURN(place.offset, json_unsigned(body, "offset"));
    if (place.offset >= place.name.size) return rejected("\"offset\" lies behind the blob");
    return place;
}

Json blob_octets_json(ByteView octets) { return {{"octets", to_base64url(octets)}}; }

Result<Bytes> blob_octets_from(const Json& body, const BlobPlace& place) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"octets"}));
    ANCHOR_ASSIGN_OR_RETURN(Bytes octets, json_octets(body, "octets"));
    if (octets.empty() || octets.size() > kMaxPiece || octets.size() > place.name.size - place.offset) {
        return rejected("piece of " + std::to_string(octets.size()) + " octets at " + std::to_string(place.offset) + " of " +
                        std::to_string(place.name.size));
    }
    return octets;
}

}  // namespace anchor::protocol
