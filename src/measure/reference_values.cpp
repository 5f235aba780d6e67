// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/reference_values.h>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

namespace anchor::measure {
namespace {

Result<ImaTableName> table_from(const Json& object) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"digest", "size"}));
    ImaTableName name;
    ANCHOR_ASSIGN_OR_RETURN(const std::string digest, json_string(object, "digest"));
    ANCHOR_ASSIGN_OR_RETURN(name.sha256, Digest::from_text(digest));
    if (name.sha256.alg() != HashAlg::Sha256) return rejected("a table is named by SHA-256");
    ANCHOR_ASSIGN_OR_RETURN(name.size, json_unsigned(object, "size"));
    if (name.size == 0 || name.size > kLargestBlob) return rejected("a table has 1 to " + std::to_string(kLargestBlob) + " octets");
    return name;
}

Result<ImaKeyId> key_id_from(const std::string& text) {
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_hex(text));
    if (octets.size() != 4) return rejected("a key id has 4 octets");
    ImaKeyId id = 0;
    for (const std::uint8_t octet : octets) id = (id << 8U) | octet;
    return id;
}

Result<ImaSigner> signer_from(const Json& object) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"id", "spki", "name", "sha1"}));
    ANCHOR_ASSIGN_OR_RETURN(const std::string spelled, json_string(object, "id"));
    ANCHOR_ASSIGN_OR_RETURN(const ImaKeyId id, key_id_from(spelled));
    ANCHOR_ASSIGN_OR_RETURN(const std::string spki, json_string(object, "spki"));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes der, from_base64(spki));
    ANCHOR_ASSIGN_OR_RETURN(crypto::PublicKey key, crypto::PublicKey::from_spki(der));
    ImaSigner signer{id, std::move(key), {}, false};
    if (object.contains("name")) {
        ANCHOR_ASSIGN_OR_RETURN(signer.name, json_string(object, "name"));
    }
    if (object.contains("sha1")) {
        ANCHOR_ASSIGN_OR_RETURN(signer.sha1, json_bool(object, "sha1"));
    }
    return signer;
}

Result<std::vector<ImaSigner>> signers_from(const Json& list) {
    if (!list.is_array()) return rejected("expected a list of keys");
    if (list.size() > kMostImaSigners) return rejected(std::to_string(list.size()) + " keys, at most " + std::to_string(kMostImaSigners));
    std::vector<ImaSigner> signers;
    for (const Json& one : list) {
        ANCHOR_ASSIGN_OR_RETURN(ImaSigner signer, signer_from(one));
        signers.push_back(std::move(signer));
    }
    return signers;
}

Result<ImaReferenceValues> ima_from(const Json& object) {
    ANCHOR_RETURN_IF_ERROR(json_only_keys(object, {"table", "keys"}));
    ImaReferenceValues values;
    if (const auto table = object.find("table"); table != object.end()) {
        auto name = table_from(*table);
        if (!name) return std::move(name).error().within("\"table\"");
        values.table = *name;
    }
    if (const auto keys = object.find("keys"); keys != object.end()) {
        auto signers = signers_from(*keys);
        if (!signers) return std::move(signers).error().within("\"keys\"");
        values.signers = std::move(signers).value();
    }
    return values;
}

}  // namespace

ImaTableName name_of_table(ByteView file) { return {crypto::hash(HashAlg::Sha256, file), file.size()}; }

ImaKeys ImaReferenceValues::keys() const {
    ImaKeys keys;
    for (const ImaSigner& signer : signers) keys.add(signer.key, signer.id, signer.sha1);
    return keys;
}

Result<ReferenceValues> reference_values_from(const Json& document) {
    if (!document.is_object() || !document.contains("ima")) {
        ANCHOR_ASSIGN_OR_RETURN(BootReference boot, boot_reference_from(document));
        return ReferenceValues{std::move(boot), {}};
    }
    ReferenceValues values;
    auto ima = ima_from(document.at("ima"));
    if (!ima) return std::move(ima).error().within("\"ima\"");
    values.ima = std::move(ima).value();
    Json rest = document;
    rest.erase("ima");
    ANCHOR_ASSIGN_OR_RETURN(values.boot, boot_reference_from(rest));
    return values;
}

Json to_json(const ReferenceValues& values) {
    Json document = to_json(values.boot);
    if (values.ima.table) {
        document["ima"]["table"] = {{"digest", values.ima.table->sha256.text()}, {"size", values.ima.table->size}};
    }
    for (const ImaSigner& signer : values.ima.signers) {
        Json one = {{"id", ima_key_id_text(signer.id)}, {"spki", to_base64(signer.key.spki())}};
        if (!signer.name.empty()) one["name"] = signer.name;
        if (signer.sha1) one["sha1"] = true;
        document["ima"]["keys"].push_back(std::move(one));
    }
    return document;
}

}  // namespace anchor::measure
