// SPDX-License-Identifier: Apache-2.0
#include <anchor/protocol/signing.h>

#include <algorithm>
#include <array>

#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>
#include <anchor/protocol/succession.h>

namespace anchor::protocol {
namespace {

std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

// The payload of a JWS that nobody has vouched for yet: what stands before the person who is to be the first.
Result<Bytes> unverified_payload(std::string_view text) {
    if (!text.starts_with('{')) {
        const auto first = text.find('.');
        const auto second = text.find('.', first + 1);
        return from_base64url(text.substr(first + 1, second - first - 1));
    }
    ANCHOR_ASSIGN_OR_RETURN(const Json json, parse_json(text));
    return json_octets(json, "payload");
}

bool is_payload(std::string_view text) {
    const auto json = parse_json(text);
    return json && json->is_object() && json->contains("kind");
}

SignatureCount count_of(std::string whose, const Draft& draft, const AnchorSet& set) {
    SignatureCount count{std::move(whose), {}, set.roles.at(draft.document.kind).threshold};
    if (!draft.signatures) return count;
    const auto verified = draft.signatures->verify(typ_of(draft.document.kind), set.keys_of(draft.document.kind));
    if (verified) count.kids = verified->kids;
    return count;
}

// Whoever may sign it, by the set in force or, for a set, by itself.
Result<crypto::JwsKeys> signers_of(const Draft& draft, const AnchorSet* in_force) {
    crypto::JwsKeys keys;
    if (in_force != nullptr) keys = in_force->keys_of(draft.document.kind);
    if (draft.document.kind == DocumentKind::Anchors) {
        ANCHOR_ASSIGN_OR_RETURN(const AnchorSet own, anchor_set_from(draft.document.version, draft.document.body));
        keys.merge(own.keys_of(DocumentKind::Anchors));
    }
    if (keys.empty()) return denied("nobody may sign " + std::string(to_string(draft.document.kind)) + " documents");
    return keys;
}

// A file that somebody spoiled on its way is found before one more person signs it.
Result<std::vector<std::string>> valid_signers(const Draft& draft, const crypto::JwsKeys& keys) {
    if (!draft.signatures) return std::vector<std::string>();
    ANCHOR_ASSIGN_OR_RETURN(const auto verified, draft.signatures->verify(typ_of(draft.document.kind), keys));
    if (verified.kids.size() != draft.signatures->headers().size())
        return rejected("has signatures that are broken, or by keys that may not");
    return verified.kids;
}

void add_body(const Document& document, const AnchorSet* in_force, std::vector<std::string>& lines) {
    if (document.kind == DocumentKind::Anchors && in_force != nullptr) {
        const auto next = anchor_set_from(document.version, document.body);
        if (!next) return lines.push_back("  NOT A VALID SET: " + printable(next.error().what));
        for (const std::string& change : changes(*in_force, *next)) lines.push_back("  " + printable(change));
        if (const auto survives = check_overlap(*in_force, *next); !survives)
            lines.push_back("  DEVICES WOULD REFUSE IT: " + survives.error().what);
        return;
    }
    const std::string text = document.body.dump(2, ' ', true, Json::error_handler_t::replace);
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.push_back("  " + printable(text.substr(begin, end - begin)));
        begin = end + 1;
    }
}

}  // namespace

Result<Draft> draft_from(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (is_payload(text)) {
        ANCHOR_ASSIGN_OR_RETURN(Document document, document_from(as_bytes(text)));
        Bytes payload = encode(document);
        return Draft{std::move(document), std::move(payload), std::nullopt};
    }
    ANCHOR_ASSIGN_OR_RETURN(auto signatures, crypto::UnverifiedJws::parse(text));
    ANCHOR_ASSIGN_OR_RETURN(Bytes payload, unverified_payload(text));
    ANCHOR_ASSIGN_OR_RETURN(Document document, document_from(payload));
    if (signatures.typ() != typ_of(document.kind))
        return rejected("a " + std::string(to_string(document.kind)) + " document in a JWS of another kind");
    return Draft{std::move(document), std::move(payload), std::move(signatures)};
}

Result<DocumentKind> document_kind_of(std::string_view text) {
    ANCHOR_ASSIGN_OR_RETURN(const auto unverified, crypto::UnverifiedJws::parse(text));
    for (std::size_t i = 0; i < kDocumentKindCount; ++i) {
        const auto kind = static_cast<DocumentKind>(i);
        if (typ_of(kind) == unverified.typ()) return kind;
    }
    return rejected("document of unknown type \"" + unverified.typ() + "\"");
}

std::string draft_text(const Document& document) {
    const auto json = parse_json(as_text(encode(document)));
    return json->dump(2) + "\n";
}

Result<std::vector<SignatureCount>> count_signatures(const Draft& draft, const AnchorSet* in_force) {
    ANCHOR_ASSIGN_OR_RETURN(const auto keys, signers_of(draft, in_force));
    ANCHOR_RETURN_IF_ERROR(valid_signers(draft, keys));
    std::vector<SignatureCount> counts;
    if (in_force != nullptr && in_force->roles.contains(draft.document.kind))
        counts.push_back(count_of("the set in force", draft, *in_force));
    if (draft.document.kind == DocumentKind::Anchors) {
        ANCHOR_ASSIGN_OR_RETURN(const AnchorSet own, anchor_set_from(draft.document.version, draft.document.body));
        counts.push_back(count_of("the new set", draft, own));
    }
    return counts;
}

bool is_complete(const std::vector<SignatureCount>& counts) {
    return !counts.empty() && std::ranges::all_of(counts, [](const SignatureCount& count) { return count.kids.size() >= count.needed; });
}

Result<std::string> add_signature(const Draft& draft, DeviceKey& key, const AnchorSet* in_force) {
    ANCHOR_ASSIGN_OR_RETURN(const auto public_key, crypto::PublicKey::from_spki(key.public_key()));
    const std::string kid = public_key.thumbprint();
    ANCHOR_ASSIGN_OR_RETURN(const auto keys, signers_of(draft, in_force));
    if (!keys.contains(kid)) return denied("key " + kid + " may not sign " + std::string(to_string(draft.document.kind)) + " documents");
    ANCHOR_ASSIGN_OR_RETURN(const auto before, valid_signers(draft, keys));
    if (std::ranges::find(before, kid) != before.end()) return rejected("key " + kid + " has signed it already");

    const std::array<crypto::JwsSigner, 1> signer = {crypto::JwsSigner{kid, key}};
    ANCHOR_ASSIGN_OR_RETURN(const std::string alone, crypto::sign_jws(typ_of(draft.document.kind), draft.payload, signer));
    std::vector<crypto::UnverifiedJws> all;
    if (draft.signatures) all.push_back(*draft.signatures);
    ANCHOR_ASSIGN_OR_RETURN(auto ours, crypto::UnverifiedJws::parse(alone));
    all.push_back(std::move(ours));
    ANCHOR_ASSIGN_OR_RETURN(std::string text, crypto::combine_jws(all));
    if (text.size() > kMaxMessage) return rejected("signed it is larger than a message may be");
    return text;
}

std::vector<std::string> in_words(const Draft& draft, const AnchorSet* in_force) {
    const Document& document = draft.document;
    std::vector<std::string> lines;
    lines.push_back(printable(std::string(to_string(document.kind)) + (document.name.empty() ? "" : " \"" + document.name + "\"") +
                              ", version " + std::to_string(document.version)));
    lines.push_back(printable("for " + document.audience + " of tenant \"" + document.tenant + "\""));
    lines.push_back("issued " + to_rfc3339(document.issued) +
                    (document.not_after ? ", until " + to_rfc3339(*document.not_after) : ", without an end"));
    add_body(document, in_force, lines);
    lines.push_back("SHA-256 " + to_hex(crypto::hash(HashAlg::Sha256, draft.payload).view()));
    return lines;
}

}  // namespace anchor::protocol
