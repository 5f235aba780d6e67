// SPDX-License-Identifier: Apache-2.0
#include "shapes.h"

#include <anchor/base/encoding.h>

namespace anchor::protocol {

Json octet_list(const std::vector<Bytes>& items) {
    Json list = Json::array();
    for (const Bytes& item : items) list.push_back(to_base64url(item));
    return list;
}

Result<const Json*> array_of(const Json& object, std::string_view key, std::size_t limit) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || !found->is_array()) return rejected("\"" + std::string(key) + "\" is not an array");
    if (found->size() > limit) return rejected("\"" + std::string(key) + "\" has more than " + std::to_string(limit) + " items");
    return &*found;
}

Result<const Json*> object_of(const Json& object, std::string_view key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || !found->is_object()) return rejected("\"" + std::string(key) + "\" is not an object");
    return &*found;
}

Result<std::uint16_t> port_of(const Json& object, std::string_view key) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint64_t port, json_unsigned(object, key));
    if (port < 1 || port > 65535) return rejected("\"" + std::string(key) + "\" is not a port between 1 and 65535");
    return static_cast<std::uint16_t>(port);
}

Result<std::vector<std::string>> text_list_from(const Json& object, std::string_view key, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(const Json* list, array_of(object, key, limit));
    std::vector<std::string> texts;
    for (const Json& item : *list) {
        if (!item.is_string()) return rejected("\"" + std::string(key) + "\" has an item that is not a string");
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

Result<std::vector<Bytes>> octet_list_from(const Json& object, std::string_view key, std::size_t limit) {
    ANCHOR_ASSIGN_OR_RETURN(const auto texts, text_list_from(object, key, limit));
    std::vector<Bytes> items;
    for (const std::string& text : texts) {
        auto octets = from_base64url(text);
        if (!octets) return std::move(octets).error().within("\"" + std::string(key) + "\"");
        items.push_back(std::move(octets).value());
    }
    return items;
}

Json attestation_json(const Attestation& attestation) {
    return {{"attest", to_base64url(attestation.attest)}, {"signature", to_base64url(attestation.signature)}};
}

Result<Attestation> attestation_from(const Json& json) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"attest", "signature"}));
    Attestation attestation;
    ANCHOR_ASSIGN_OR_RETURN(attestation.attest, json_octets(json, "attest"));
    ANCHOR_ASSIGN_OR_RETURN(attestation.signature, json_octets(json, "signature"));
    return attestation;
}

}  // namespace anchor::protocol
