// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/anchor_set.h>

#include <set>

#include "key_set.h"
#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxRoleKeys = 64;
constexpr std::size_t kMaxCertificates = 32;

Result<Role> role_from(const Json& json, const crypto::JwsKeys& keys) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"kids", "threshold"}));
    Role role;
    ANCHOR_ASSIGN_OR_RETURN(role.kids, text_list_from(json, "kids", kMaxRoleKeys));
    const std::set<std::string> distinct(role.kids.begin(), role.kids.end());
    if (distinct.size() != role.kids.size()) return rejected("names a key twice");
    for (const std::string& kid : role.kids) {
        if (!keys.contains(kid)) return rejected("names key \"" + kid.substr(0, 64) + "\", which the set does not have");
    }
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t threshold, json_unsigned(json, "threshold"));
    if (threshold < 1 || threshold > role.kids.size()) {
        return rejected("asks for " + std::to_string(threshold) + " of " + std::to_string(role.kids.size()) + " keys");
    }
    role.threshold = static_cast<unsigned>(threshold);
    return role;
}

Result<std::map<DocumentKind, Role>> roles_from(const Json& body, const crypto::JwsKeys& keys) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(body, "roles"));
    std::map<DocumentKind, Role> roles;
    for (const auto& [name, value] : json->items()) {
        const auto kind = document_kind_from(name);
        if (!kind) return rejected("role for unknown kind \"" + name.substr(0, 40) + "\"");
        auto role = role_from(value, keys);
        if (!role) return std::move(role).error().within("role " + name);
        roles.emplace(*kind, std::move(role).value());
    }
    return roles;
}

Result<void> check_separation(const std::map<DocumentKind, Role>& roles) {
    std::set<std::string> online;
    for (const auto& [kind, role] : roles) {
        if (!is_offline(kind)) online.insert(role.kids.begin(), role.kids.end());
    }
    for (const auto& [kind, role] : roles) {
        if (!is_offline(kind)) continue;
        for (const std::string& kid : role.kids) {
            if (online.contains(kid)) return rejected("an online key may sign " + std::string(to_string(kind)) + " documents too: " + kid);
        }
    }
    return {};
}

}  // namespace

crypto::JwsKeys AnchorSet::keys_of(DocumentKind kind) const {
    crypto::JwsKeys allowed;
    const auto role = roles.find(kind);
    if (role == roles.end()) return allowed;
    for (const std::string& kid : role->second.kids) allowed.emplace(kid, keys.at(kid));
    return allowed;
}

Json to_json(const AnchorSet& set) {
    Json roles = Json::object();
    for (const auto& [kind, role] : set.roles) {
        roles[std::string(to_string(kind))] = {{"kids", role.kids}, {"threshold", role.threshold}};
    }
    return {{"keys", keys_to_json(set.keys)},
            {"roles", roles},
            {"broker_anchors", octet_list(set.broker_anchors)},
            {"device_anchors", octet_list(set.device_anchors)}};
}

Result<AnchorSet> anchor_set_from(std::uint64_t version, const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"keys", "roles", "broker_anchors", "device_anchors"}));
    AnchorSet set{.version = version};
    ANCHOR_ASSIGN_OR_RETURN(set.keys, keys_from(body, "keys"));
    ANCHOR_ASSIGN_OR_RETURN(set.roles, roles_from(body, set.keys));
    ANCHOR_RETURN_IF_ERROR(check_separation(set.roles));
    for (const DocumentKind kind : {DocumentKind::Anchors, DocumentKind::Reply}) {
        if (!set.roles.contains(kind)) return rejected("no role for " + std::string(to_string(kind)) + ": the set would lock devices out");
    }
    ANCHOR_ASSIGN_OR_RETURN(set.broker_anchors, octet_list_from(body, "broker_anchors", kMaxCertificates));
    if (set.broker_anchors.empty()) return rejected("no broker anchor: the set would lock devices out");
    ANCHOR_ASSIGN_OR_RETURN(set.device_anchors, octet_list_from(body, "device_anchors", kMaxCertificates));
    return set;
}

}  // namespace anchor::protocol
