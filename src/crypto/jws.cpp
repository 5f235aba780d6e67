// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/jws.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <anchor/base/encoding.h>
#include <anchor/base/json.h>

#include "jws_algorithm.h"
#include "jws_name.h"

namespace anchor::crypto {
namespace {

constexpr std::size_t kLongestName = 128;

struct SignedText {
    std::string protected_text;
    std::string signature;
};

Result<SignedText> sign_one(std::string_view typ, std::string_view payload_text, const JwsSigner& signer) {
    ANCHOR_RETURN_IF_ERROR(check_jws_name("kid", signer.kid));
    ANCHOR_RETURN_IF_ERROR(check_jws_name("typ", typ));
    const Json header = {{"alg", jws_algorithm(signer.key.algorithm())}, {"kid", signer.kid}, {"typ", typ}};
    SignedText text;
    text.protected_text = to_base64url(as_bytes(canonical_json(header)));
    auto signature = sign_jws_input(signer.key, text.protected_text, payload_text);
    if (!signature) return std::move(signature).error().within("sign JWS as \"" + signer.kid + "\"");
    text.signature = to_base64url(*signature);
    return text;
}

Json entry_of(std::string protected_text, std::string signature) {
    return {{"protected", std::move(protected_text)}, {"signature", std::move(signature)}};
}

bool printable(char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

Result<void> check_jws_name(std::string_view parameter, std::string_view name) {
    if (!name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, printable)) return {};
    return rejected("\"" + std::string(parameter) + "\" is not 1 to 128 printable ASCII characters");
}

std::string jws_signature_place(std::size_t index) { return "signature " + std::to_string(index + 1); }

std::vector<JwsHeader> UnverifiedJws::headers() const {
    std::vector<JwsHeader> headers;
    for (const Signature& signature : signatures_) headers.push_back(signature.header);
    return headers;
}

const std::string& UnverifiedJws::typ() const noexcept { return signatures_.front().header.typ; }

Result<VerifiedJws> UnverifiedJws::verify(std::string_view typ, const JwsKeys& keys) const {
    if (this->typ() != typ) return rejected("JWS of kind \"" + this->typ() + "\", expected \"" + std::string(typ) + "\"");

    VerifiedJws verified;
    std::vector<const PublicKey*> counted;
    std::string complaints;
    const auto complain = [&complaints](const JwsHeader& header, std::string_view why) {
        complaints += complaints.empty() ? "" : "; ";
        complaints += "\"" + header.kid + "\": " + std::string(why);
    };
    for (const Signature& signature : signatures_) {
        const auto found = keys.find(signature.header.kid);
        if (found == keys.end()) {
            complain(signature.header, "unknown key");
            continue;
        }
        const PublicKey& key = found->second;
        if (signature.header.alg != jws_algorithm(key.algorithm())) {
            return rejected("JWS: alg \"" + signature.header.alg + "\" does not fit the key \"" + signature.header.kid + "\"");
        }
        // A key is verified once, whatever its names: repeated signatures shall cost nothing and count for nothing.
        if (std::ranges::any_of(counted, [&key](const PublicKey* other) { return *other == key; })) continue;
        if (auto valid = verify_jws_input(key, signature.protected_text, payload_text_, signature.octets); !valid) {
            complain(signature.header, valid.error().what);
            continue;
        }
        counted.push_back(&key);
        verified.kids.push_back(signature.header.kid);
    }
    if (verified.kids.empty()) return rejected("JWS without a valid signature: " + complaints);
    ANCHOR_ASSIGN_OR_RETURN(verified.payload, from_base64url(payload_text_));
    return verified;
}

Result<std::string> sign_jws(std::string_view typ, ByteView payload, const JwsSigner& signer) {
    const std::string payload_text = to_base64url(payload);
    ANCHOR_ASSIGN_OR_RETURN(const SignedText text, sign_one(typ, payload_text, signer));
    return text.protected_text + "." + payload_text + "." + text.signature;
}

Result<std::string> sign_jws(std::string_view typ, ByteView payload, std::span<const JwsSigner> signers) {
    if (signers.empty()) return rejected("sign JWS: nobody signs");
    const std::string payload_text = to_base64url(payload);
    Json signatures = Json::array();
    for (const JwsSigner& signer : signers) {
        ANCHOR_ASSIGN_OR_RETURN(SignedText text, sign_one(typ, payload_text, signer));
        signatures.push_back(entry_of(std::move(text.protected_text), std::move(text.signature)));
    }
    return canonical_json({{"payload", payload_text}, {"signatures", std::move(signatures)}});
}

Result<std::string> combine_jws(std::span<const UnverifiedJws> documents) {
    if (documents.empty()) return rejected("combine JWS: no documents");
    const UnverifiedJws& first = documents.front();
    Json signatures = Json::array();
    for (const UnverifiedJws& document : documents) {
        if (document.payload_text_ != first.payload_text_) return rejected("combine JWS: the payloads differ");
        if (document.typ() != first.typ()) return rejected("combine JWS: the kinds (\"typ\") differ");
        for (const auto& signature : document.signatures_) {
            signatures.push_back(entry_of(signature.protected_text, to_base64url(signature.octets)));
        }
    }
    return canonical_json({{"payload", first.payload_text_}, {"signatures", std::move(signatures)}});
}

}  // namespace anchor::crypto
