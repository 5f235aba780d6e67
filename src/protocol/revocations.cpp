// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/revocations.h>

#include <anchor/base/encoding.h>
#include <anchor/crypto/crl.h>

#include "shapes.h"

namespace anchor::protocol {
namespace {

Json name_json(const BlobName& name) { return {{"sha256", to_base64url(name.sha256.view())}, {"size", name.size}}; }

Result<BlobName> name_from(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(object, key));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(*json, {"sha256", "size"}));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes digest, json_octets(*json, "sha256"));
    BlobName name;
    ANCHOR_ASSIGN_OR_RETURN(name.sha256, Digest::from(HashAlg::Sha256, digest));
    ANCHOR_ASSIGN_OR_RETURN(name.size, json_unsigned(*json, "size"));
    if (name.size == 0 || name.size > crypto::Crl::kMaxSize) {
        return rejected("\"" + std::string(key) + "\" is a list of " + std::to_string(name.size) + " octets");
    }
    return name;
}

Result<RevocationLists> lists_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"full", "number", "delta", "delta_number"}));
    RevocationLists lists;
    ANCHOR_ASSIGN_OR_RETURN(lists.full, name_from(json, "full"));
    ANCHOR_ASSIGN_OR_RETURN(lists.number, json_unsigned(json, "number"));
    if (!json.contains("delta")) return lists;
    ANCHOR_ASSIGN_OR_RETURN(lists.delta, name_from(json, "delta"));
    ANCHOR_ASSIGN_OR_RETURN(lists.delta_number, json_unsigned(json, "delta_number"));
    if (lists.delta_number <= lists.number) return rejected("\"delta_number\" is not above \"number\"");
    return lists;
}

}  // namespace

Json to_json(const RevocationManifest& manifest) {
    Json list = Json::array();
    for (const RevocationLists& lists : manifest.issuers) {
        Json json = {{"full", name_json(lists.full)}, {"number", lists.number}};
        if (lists.delta) {
            json["delta"] = name_json(*lists.delta);
            json["delta_number"] = lists.delta_number;
        }
        list.push_back(std::move(json));
    }
    return {{"lists", std::move(list)}};
}

Result<RevocationManifest> revocation_manifest_from(const Json& body) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(body, {"lists"}));
    ANCHOR_ASSIGN_OR_RETURN(const Json* list, array_of(body, "lists", RevocationManifest::kMaxIssuers));
    if (list->empty()) return rejected("\"lists\" is empty");
    RevocationManifest manifest;
    for (const Json& item : *list) {
        ANCHOR_ASSIGN_OR_RETURN(RevocationLists lists, lists_from(item));
        manifest.issuers.push_back(std::move(lists));
    }
    return manifest;
}

}  // namespace anchor::protocol
