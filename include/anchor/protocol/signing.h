// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signing off the registry's host: a document in preparation travels as a file from key to key, and gets one signature at each. It
// begins as its payload, JSON, and is a JWS from the first signature on. Nothing here makes anyone believe it: only the gate
// of a device does that.

#include <optional>
#include <string>
#include <vector>

#include <anchor/core/device_key.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/document.h>

namespace anchor::protocol {

/// A document that is not yet, or not yet by enough keys, signed: foreign until its signatures are counted.
struct Draft {
    Document document;
    Bytes payload;                                    ///< what is signed, octet by octet
    std::optional<crypto::UnverifiedJws> signatures;  ///< nothing before the first
};

/// Reads a payload, or a JWS with any number of signatures. Rejected: neither, or a JWS whose `typ` is not that of its payload.
[[nodiscard]] Result<Draft> draft_from(std::string_view text);
/// As what kind of document a signed text presents itself; nothing is verified. Rejected: no JWS, or none of a document.
[[nodiscard]] Result<DocumentKind> document_kind_of(std::string_view text);
/// The file that signing begins with: the payload, for people to read.
[[nodiscard]] std::string draft_text(const Document& document);

/// How far one body of keys has come.
struct SignatureCount {
    std::string whose;              ///< "the set in force", "the new set"
    std::vector<std::string> kids;  ///< whose signatures are valid
    unsigned needed = 0;
};
/// By whom a document has been signed so far: by the keys of its role in the set in force and, where it is a set itself, by its own
/// as well; nothing stands for a set that is the first. Rejected: nobody may sign this kind, a broken signature, a set that is none.
[[nodiscard]] Result<std::vector<SignatureCount>> count_signatures(const Draft& draft, const AnchorSet* in_force);
[[nodiscard]] bool is_complete(const std::vector<SignatureCount>& counts);

/// The document with one more signature, a general JWS. Denied: this key may not sign this kind of document. Rejected: it has signed
/// already, or a signature that is there is broken; otherwise the errors of the key.
[[nodiscard]] Result<std::string> add_signature(const Draft& draft, DeviceKey& key, const AnchorSet* in_force);

/// What would be signed, line by line, for the person who holds the key. Whatever the document says, it is printable ASCII. The last
/// line is the digest over the payload, for two people to compare.
[[nodiscard]] std::vector<std::string> in_words(const Draft& draft, const AnchorSet* in_force);

}  // namespace anchor::protocol
