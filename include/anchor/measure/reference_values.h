// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reference values: the body of a document of kind "reference", everything that a measured boot and an IMA list are judged
// by. The document is signed; the signature is not checked here. The table of file digests is too large for a document:
// it is named by its digest and travels apart.
//
// The JSON is that of reference_boot.h, and one more member, all parts of it optional, unknown ones refused:
//   "ima": { "table": { "digest": "sha256:…", "size": 7340032 },          SHA-256 over the whole file (ima_table.h)
//            "keys": [ { "id": "0a1b2c3d", "spki": "…", "name": "…", "sha1": true }, … ] }
//                                    who may sign files: key id, DER in base64, whether signatures that rest on SHA-1 count

#include <anchor/core/blob_shelf.h>
#include <anchor/measure/ima_signature.h>
#include <anchor/measure/reference_boot.h>

namespace anchor::measure {

/// A table of file digests by its content.
using ImaTableName = BlobName;
[[nodiscard]] ImaTableName name_of_table(ByteView file);

/// A key that may sign files.
struct ImaSigner {
    ImaKeyId id = 0;
    crypto::PublicKey key;
    std::string name;   ///< for people
    bool sha1 = false;  ///< signatures that rest on SHA-1 count too
    friend bool operator==(const ImaSigner&, const ImaSigner&) = default;
};

struct ImaReferenceValues {
    std::optional<ImaTableName> table;
    std::vector<ImaSigner> signers;

    [[nodiscard]] bool empty() const noexcept { return !table && signers.empty(); }
    [[nodiscard]] ImaKeys keys() const;
    friend bool operator==(const ImaReferenceValues&, const ImaReferenceValues&) = default;
};

struct ReferenceValues {
    BootReference boot;
    ImaReferenceValues ima;
};

/// Reads the JSON. Rejected, naming the member, for anything but the form above, and for more than kMostImaSigners.
[[nodiscard]] Result<ReferenceValues> reference_values_from(const Json& document);
[[nodiscard]] Json to_json(const ReferenceValues& values);
inline constexpr std::size_t kMostImaSigners = 64;

}  // namespace anchor::measure
