// SPDX-License-Identifier: Apache-2.0

// Reading a JWS. Everything that is refused here is refused before a key is looked at.

#include <anchor/crypto/jws.h>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/json.h>

#include "jws_algorithm.h"
#include "jws_name.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kLongestSignature = 512;  // RSA-4096
constexpr std::size_t kHeaderDepth = 8;         // a jwk or x5c may stand there, ignored
constexpr std::size_t kDocumentDepth = 4;       // one more than it may have, so that an unprotected header is refused by its name

Result<std::string> name_in(const Json& header, std::string_view parameter) {
    ANCHOR_ASSIGN_OR_RETURN(std::string name, json_string(header, parameter));
    ANCHOR_RETURN_IF_ERROR(check_jws_name(parameter, name));
    return name;
}

Result<JwsHeader> read_header(std::string_view protected_text, const JwsLimits& limits) {
    if (protected_text.size() > limits.header_octets) {
        return rejected(std::to_string(protected_text.size()) + " octets, at most " + std::to_string(limits.header_octets) +
                        " are accepted");
    }
    ANCHOR_ASSIGN_OR_RETURN(const Bytes octets, from_base64url(protected_text));
    ANCHOR_ASSIGN_OR_RETURN(const Json header, parse_json(as_text(octets), {limits.header_octets, kHeaderDepth}));

    JwsHeader read;
    ANCHOR_ASSIGN_OR_RETURN(read.alg, name_in(header, "alg"));
    if (!is_jws_algorithm(read.alg)) return rejected("alg \"" + read.alg + "\" is not accepted, only ES256, ES384 and RS256 are");
    // RFC 7515 §4.1.11: whoever does not understand what `crit` names must refuse; we understand no extension.
    if (header.contains("crit")) return rejected("\"crit\" names extensions, none is understood");
    // RFC 7797 changes what is signed: with b64=false a payload could be read in two ways.
    if (header.contains("b64")) return rejected("\"b64\" is not accepted");
    ANCHOR_ASSIGN_OR_RETURN(read.kid, name_in(header, "kid"));
    ANCHOR_ASSIGN_OR_RETURN(read.typ, name_in(header, "typ"));
    return read;
}

Result<Bytes> read_signature(std::string_view text) {
    if (text.empty()) return rejected("empty");
    if (text.size() > kLongestSignature * 4 / 3 + 2) return rejected("longer than any accepted key signs");
    return from_base64url(text);
}

/// The texts of one signature, still encoded.
struct SignatureText {
    std::string protected_text;
    std::string signature;
};

struct DocumentText {
    std::string payload;
    std::vector<SignatureText> signatures;
};

Result<DocumentText> split_compact(std::string_view text) {
    const auto first = text.find('.');
    const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
        return rejected("neither compact (three parts with a dot between) nor a JSON object");
    }
    DocumentText document;
    document.payload = text.substr(first + 1, second - first - 1);
    document.signatures.push_back({std::string(text.substr(0, first)), std::string(text.substr(second + 1))});
    return document;
}

Result<SignatureText> split_signature(const Json& entry) {
    if (entry.is_object() && entry.contains("header")) return rejected("an unprotected header is not accepted");
    ANCHOR_RETURN_IF_ERROR(json_only_keys(entry, {"protected", "signature"}));
    SignatureText text;
    ANCHOR_ASSIGN_OR_RETURN(text.protected_text, json_string(entry, "protected"));
    ANCHOR_ASSIGN_OR_RETURN(text.signature, json_string(entry, "signature"));
    return text;
}

Result<DocumentText> split_general(std::string_view text, const JwsLimits& limits) {
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(text, {limits.octets, kDocumentDepth}));
    ANCHOR_RETURN_IF_ERROR(json_only_keys(json, {"payload", "signatures"}));
    DocumentText document;
    ANCHOR_ASSIGN_OR_RETURN(document.payload, json_string(json, "payload"));
    const auto list = json.find("signatures");
    if (list == json.end() || !list->is_array() || list->empty()) return rejected("\"signatures\" is not a list with at least one entry");
    if (list->size() > limits.signatures) {
        return rejected(std::to_string(list->size()) + " signatures, at most " + std::to_string(limits.signatures) + " are accepted");
    }
    for (const Json& entry : *list) {
        auto signature = split_signature(entry);
        if (!signature) return std::move(signature).error().within(jws_signature_place(document.signatures.size()));
        document.signatures.push_back(*std::move(signature));
    }
    return document;
}

}  // namespace

Result<UnverifiedJws> UnverifiedJws::parse(std::string_view text, JwsLimits limits) {
    if (text.size() > limits.octets) {
        return rejected("JWS of " + std::to_string(text.size()) + " octets, at most " + std::to_string(limits.octets) + " are accepted");
    }
    auto document = text.starts_with('{') ? split_general(text, limits) : split_compact(text);
    if (!document) return std::move(document).error().within("JWS");

    UnverifiedJws jws;
    if (auto payload = from_base64url(document->payload); !payload) return std::move(payload).error().within("JWS: payload");
    jws.payload_text_ = std::move(document->payload);
    for (SignatureText& entry : document->signatures) {
        const std::string place = "JWS: " + jws_signature_place(jws.signatures_.size());
        auto header = read_header(entry.protected_text, limits);
        if (!header) return std::move(header).error().within(place + ": protected header");
        auto octets = read_signature(entry.signature);
        if (!octets) return std::move(octets).error().within(place + ": signature");
        jws.signatures_.push_back({*std::move(header), std::move(entry.protected_text), *std::move(octets)});
    }
    const std::string& typ = jws.typ();
    if (std::ranges::any_of(jws.signatures_, [&typ](const Signature& s) { return s.header.typ != typ; })) {
        return rejected("JWS: the signatures name different kinds (\"typ\")");
    }
    return jws;
}

}  // namespace anchor::crypto
