// SPDX-License-Identifier: Apache-2.0
#include "key_set.h"

#include <anchor/base/encoding.h>

#include "shapes.h"

namespace anchor::protocol {
namespace {

constexpr std::size_t kMaxKeys = 64;

}  // namespace

Json keys_to_json(const crypto::JwsKeys& keys) {
    Json json = Json::object();
    for (const auto& [kid, key] : keys) json[kid] = to_base64url(key.spki());
    return json;
}

Result<crypto::JwsKeys> keys_from(const Json& object, std::string_view name) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* json, object_of(object, name));
    if (json->size() > kMaxKeys) return rejected("more than " + std::to_string(kMaxKeys) + " keys");
    crypto::JwsKeys keys;
    for (const auto& [kid, value] : json->items()) {
        ANCHOR_ASSIGN_OR_RETURN(const Bytes spki, json_octets(*json, kid));
        ANCHOR_ASSIGN_OR_RETURN(crypto::PublicKey key, crypto::PublicKey::from_spki(spki));
        if (key.thumbprint() != kid) return rejected("key id \"" + kid.substr(0, 64) + "\" is not the thumbprint of its key");
        keys.emplace(kid, std::move(key));
    }
    return keys;
}

}  // namespace anchor::protocol
