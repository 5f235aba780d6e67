// SPDX-License-Identifier: Apache-2.0
#include <anchor/identity/identity.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>

namespace anchor::identity {
namespace {

constexpr std::size_t kMaxCertificates = 8;

Json key_json(const KeyBlob& key) {
    return {{"public", to_base64url(key.public_area)}, {"private", to_base64url(key.private_area.view())}};
}

Result<KeyBlob> key_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"public", "private"}));
    KeyBlob key;
    ANCHOR_ASSIGN_OR_RETURN(key.public_area, json_octets(json, "public"));
    ANCHOR_ASSIGN_OR_RETURN(Bytes private_area, json_octets(json, "private"));
    key.private_area = SecretBytes(std::move(private_area));
    return key;
}

Json slot_json(const Slot& slot) {
    Json certificates = Json::array();
    for (const Bytes& certificate : slot.certificates) certificates.push_back(to_base64url(certificate));
    Json json = {{"key", key_json(slot.key)}, {"certificates", certificates}};
    if (slot.rotate_by) json["rotate_by"] = to_rfc3339(*slot.rotate_by);
    return json;
}

Result<Slot> slot_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"key", "certificates", "rotate_by"}));
    if (!json.contains("key") || !json.contains("certificates")) return rejected("a slot has a key and certificates");
    Slot slot;
    ANCHOR_ASSIGN_OR_RETURN(slot.key, key_from(json["key"]));
    const Json& list = json["certificates"];
    if (!list.is_array() || list.size() > kMaxCertificates) return rejected("\"certificates\" is not a short list");
    for (const Json& item : list) {
        if (!item.is_string()) return rejected("a certificate is not text");
        ANCHOR_ASSIGN_OR_RETURN(Bytes certificate, from_base64url(item.get_ref<const std::string&>()));
        slot.certificates.push_back(std::move(certificate));
    }
    if (!json.contains("rotate_by")) return slot;
    ANCHOR_ASSIGN_OR_RETURN(const std::string order, json_string(json, "rotate_by"));
    ANCHOR_ASSIGN_OR_RETURN(slot.rotate_by, from_rfc3339(order));
    return slot;
}

}  // namespace

Json to_json(const RootState& root) {
    return {{"ak", key_json(root.ak)},
            {"endorsement_profile", root.endorsement_profile},
            {"storage_root_name", to_base64url(root.storage_root_name)}};
}

Result<RootState> root_state_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"ak", "endorsement_profile", "storage_root_name"}));
    if (!json.contains("ak")) return rejected("\"ak\" is missing");
    RootState root;
    ANCHOR_ASSIGN_OR_RETURN(root.ak, key_from(json["ak"]));
    ANCHOR_ASSIGN_OR_RETURN(root.endorsement_profile, json_string(json, "endorsement_profile"));
    ANCHOR_ASSIGN_OR_RETURN(root.storage_root_name, json_octets(json, "storage_root_name"));
    return root;
}

Json to_json(const Identity& identity) {
    Json json = {{"device", identity.device.text()},
                 {"tenant", identity.tenant},
                 {"root", to_json(identity.root)},
                 {"current", slot_json(identity.current)},
                 {"broker", {{"host", identity.broker_host}, {"port", identity.broker_port}}}};
    if (identity.next) json["next"] = slot_json(*identity.next);
    return json;
}

Result<Identity> identity_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"device", "tenant", "root", "current", "next", "broker"}));
    for (const auto* key : {"root", "current", "broker"}) {
        if (!json.contains(key)) return rejected("\"" + std::string(key) + "\" is missing");
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::string device_text, json_string(json, "device"));
    ANCHOR_ASSIGN_OR_RETURN(DeviceId device, DeviceId::parse(device_text));
    Identity identity{std::move(device), {}, {}, {}, {}, {}, 0};
    ANCHOR_ASSIGN_OR_RETURN(identity.tenant, json_string(json, "tenant"));
    ANCHOR_ASSIGN_OR_RETURN(identity.root, root_state_from(json["root"]));
    ANCHOR_ASSIGN_OR_RETURN(identity.current, slot_from(json["current"]));
    if (json.contains("next")) {
        ANCHOR_ASSIGN_OR_RETURN(Slot next, slot_from(json["next"]));
        identity.next = std::move(next);
    }
    ANCHOR_ASSIGN_OR_RETURN(identity.broker_host, json_string(json["broker"], "host"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t port, json_unsigned(json["broker"], "port"));
    if (port < 1 || port > 65535) return rejected("\"port\" is not a port");
    identity.broker_port = static_cast<std::uint16_t>(port);
    return identity;
}

}  // namespace anchor::identity
