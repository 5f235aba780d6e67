// SPDX-License-Identifier: Apache-2.0
#include <anchor/agent/device_state.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>

namespace anchor::agent {
namespace {

constexpr std::size_t kMaxOctets = 4UL << 20U;

Json trust_json(const TrustState& trust) {
    Json json = {{"level", to_string(trust.level)},
                 {"local", to_string(trust.local)},
                 {"standing", to_string(trust.standing)},
                 {"standing_number", trust.standing_number},
                 {"because", trust.because}};
    if (trust.registry) json["registry"] = {{"level", to_string(trust.registry->level)}, {"expires", to_rfc3339(trust.registry->expires)}};
    return json;
}

template <class Enum>
Result<Enum> named(const Json& json, std::string_view key, std::optional<Enum> (*reader)(std::string_view) noexcept) {
    ANCHOR_ASSIGN_OR_RETURN(const std::string name, json_string(json, key));
    const auto value = reader(name);
    if (!value) return rejected("\"" + std::string(key) + "\" has unknown value");
    return *value;
}

Result<TrustState> trust_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"level", "local", "standing", "standing_number", "because", "registry"}));
    TrustState trust;
    ANCHOR_ASSIGN_OR_RETURN(trust.level, named(json, "level", level_from));
    ANCHOR_ASSIGN_OR_RETURN(trust.local, named(json, "local", level_from));
    ANCHOR_ASSIGN_OR_RETURN(trust.standing, named(json, "standing", standing_status_from));
    ANCHOR_ASSIGN_OR_RETURN(trust.standing_number, json_unsigned(json, "standing_number"));
    ANCHOR_ASSIGN_OR_RETURN(trust.because, json_string(json, "because"));
    if (!json.contains("registry")) return trust;
    RegistryVerdict verdict;
    ANCHOR_ASSIGN_OR_RETURN(verdict.level, named(json["registry"], "level", level_from));
    ANCHOR_ASSIGN_OR_RETURN(const std::string expires, json_string(json["registry"], "expires"));
    ANCHOR_ASSIGN_OR_RETURN(verdict.expires, from_rfc3339(expires));
    trust.registry = verdict;
    return trust;
}

Json lists_json(const std::vector<BlobName>& lists) {
    Json json = Json::array();
    for (const BlobName& name : lists) json.push_back({{"sha256", to_hex(name.sha256.view())}, {"size", name.size}});
    return json;
}

Result<std::vector<BlobName>> lists_from(const Json& json) {
    if (!json.is_array()) return rejected("\"lists\" is no list");
    std::vector<BlobName> lists;
    for (const Json& one : json) {
        ANCHOR_RETURN_IF_ERROR(json_only_keys(one, {"sha256", "size"}));
        ANCHOR_ASSIGN_OR_RETURN(const std::string hex, json_string(one, "sha256"));
        ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, from_hex(hex));
        BlobName name;
        ANCHOR_ASSIGN_OR_RETURN(name.sha256, Digest::from(HashAlg::Sha256, digest));
        ANCHOR_ASSIGN_OR_RETURN(name.size, json_unsigned(one, "size"));
        lists.push_back(name);
    }
    return lists;
}

Result<DeviceState> read(ByteView octets) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(as_text(octets), {.octets = kMaxOctets}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"identity", "anchors", "floors", "group", "documents", "trust", "time_floor", "tpm_clock",
                                                 "ima", "lists", "waiting", "leaving", "destination", "retired"}));
    DeviceState state;
    if (json.contains("identity")) {
        ANCHOR_ASSIGN_OR_RETURN(auto identity, identity::identity_from(json["identity"]));
        state.identity = std::move(identity);
    }
    if (json.contains("anchors")) {
        ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t version, json_unsigned(json["anchors"], "version"));
        if (!json["anchors"].contains("body")) return rejected("\"anchors\" has no body");
        ANCHOR_ASSIGN_OR_RETURN(state.anchors, protocol::anchor_set_from(version, json["anchors"]["body"]));
    }
    for (const auto* key : {"floors", "documents", "trust"}) {
        if (!json.contains(key) || !json[key].is_object()) return rejected("\"" + std::string(key) + "\" is missing");
    }
    for (const auto& [key, value] : json["floors"].items()) {
        ANCHOR_ASSIGN_OR_RETURN(state.floors[key], json_unsigned(json["floors"], key));
    }
    for (const auto& [key, value] : json["documents"].items()) {
        ANCHOR_ASSIGN_OR_RETURN(state.documents[key], json_string(json["documents"], key));
    }
    if (json.contains("waiting")) {
        for (const auto& [key, value] : json["waiting"].items()) {
            ANCHOR_ASSIGN_OR_RETURN(state.waiting[key], json_string(json["waiting"], key));
        }
    }
    if (json.contains("lists")) {
        ANCHOR_ASSIGN_OR_RETURN(state.lists, lists_from(json["lists"]));
    }
    // Only a shortcut: one that another version of this program wrote is no reason to refuse all the rest.
    if (json.contains("ima")) {
        if (auto progress = measure::ima_progress_from(json["ima"])) state.ima = std::move(progress).value();
    }
    ANCHOR_ASSIGN_OR_RETURN(state.group, json_string(json, "group"));
    ANCHOR_ASSIGN_OR_RETURN(state.trust, trust_from(json["trust"]));
    ANCHOR_ASSIGN_OR_RETURN(const std::string floor, json_string(json, "time_floor"));
    ANCHOR_ASSIGN_OR_RETURN(state.time_floor, from_rfc3339(floor));
    if (json.contains("tpm_clock")) {
        ANCHOR_ASSIGN_OR_RETURN(state.tpm_clock, json_unsigned(json, "tpm_clock"));
    }
    if (json.contains("leaving")) {
        ANCHOR_ASSIGN_OR_RETURN(state.leaving, json_string(json, "leaving"));
    }
    if (json.contains("destination")) {
        ANCHOR_ASSIGN_OR_RETURN(state.destination, protocol::destination_from(json["destination"]));
    }
    if (json.contains("retired")) {
        ANCHOR_ASSIGN_OR_RETURN(state.retired, json_bool(json, "retired"));
    }
    return state;
}

}  // namespace

Bytes encode(const DeviceState& state) {
    Json json = {{"floors", Json(state.floors)},
                 {"group", state.group},
                 {"documents", Json(state.documents)},
                 {"trust", trust_json(state.trust)},
                 {"time_floor", to_rfc3339(state.time_floor)}};
    if (state.tpm_clock) json["tpm_clock"] = *state.tpm_clock;
    if (!state.leaving.empty()) json["leaving"] = state.leaving;
    if (state.destination) json["destination"] = protocol::to_json(*state.destination);
    if (state.retired) json["retired"] = true;
    if (state.identity) json["identity"] = identity::to_json(*state.identity);
    if (state.anchors) json["anchors"] = {{"version", state.anchors->version}, {"body", protocol::to_json(*state.anchors)}};
    if (!state.waiting.empty()) json["waiting"] = Json(state.waiting);
    if (!state.lists.empty()) json["lists"] = lists_json(state.lists);
    if (state.ima) json["ima"] = measure::to_json(*state.ima);
    std::string text = canonical_json(json);
    Bytes octets = to_bytes(text);
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return octets;
}

Result<DeviceState> device_state_from(ByteView octets) {
    auto state = read(octets);
    if (!state) return corrupt("device state: " + state.error().what);
    return state;
}

}  // namespace anchor::agent
