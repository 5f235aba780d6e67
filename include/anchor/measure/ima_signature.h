// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signatures of files as IMA lists carry them (the security.ima attribute): their form and their verification against
// keys that the reference values name. Foreign octets: nothing of a signature counts before a key has verified it.
// Linux, security/integrity/integrity.h (signature_v2_hdr, ima_file_id) and digsig_asymmetric.c.

#include <string>
#include <vector>

#include <anchor/base/result.h>
#include <anchor/crypto/public_key.h>
#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

/// The last 4 octets of the key's identifier.
using ImaKeyId = std::uint32_t;
/// "0a1b2c3d", as keyrings and evmctl print it.
[[nodiscard]] std::string ima_key_id_text(ImaKeyId id);

/// What the kernel and evmctl take for a bare key: of the hash over it (RFC 5280 §4.2.1.2, method 1). A certificate's own key
/// identifier goes before.
[[nodiscard]] ImaKeyId ima_key_id_of(const crypto::PublicKey& key);
/// The one of version 1: of the hash over modulus and exponent in the form of that time; 0 for elliptic keys, which it never had.
[[nodiscard]] ImaKeyId ima_key_id_v1_of(const crypto::PublicKey& key);

struct ImaSignature {
    enum class Type : std::uint8_t { File = 3, Portable = 5, FsVerity = 6 };
    Type type = Type::File;
    std::uint8_t version = 2;    ///< 1 signs SHA-1 over digest and header, 2 the digest, 3 an ima_file_id around it
    std::optional<HashAlg> alg;  ///< nothing where it is not one of ours
    std::uint8_t alg_id = 0;     ///< the kernel's number (include/uapi/linux/hash_info.h)
    ImaKeyId key = 0;            ///< in version 1 the last 4 octets of another identifier, of 8 (ima_key_id_v1_of)
    ByteView octets;             ///< RSASSA-PKCS1-v1_5, or ECDSA as DER
    ByteView header;             ///< of version 1: it is signed too

    /// Rests on SHA-1, whose collisions can be bought.
    [[nodiscard]] bool is_legacy() const noexcept { return version == 1 || alg == HashAlg::Sha1; }

    /// Rejected, with the field, where the attribute is no signature or its lengths don't fit.
    [[nodiscard]] static Result<ImaSignature> parse(ByteView attribute);
};

enum class ImaSignatureVerdict : std::uint8_t {
    Valid,
    Wrong,        ///< a key of that id is trusted and denies it, or it speaks of another digest than the entry
    UnknownKey,   ///< nobody of that id is trusted
    Unsupported,  ///< an algorithm that this project does not take, or SHA-1 with a key that may not
    Malformed,
};
[[nodiscard]] std::string_view to_string(ImaSignatureVerdict verdict) noexcept;

/// Public keys that may sign files, found by key id. Ids are short and not unique: each key of an id is tried.
class ImaKeys {
public:
    /// The id is that of the certificate's subject key identifier; without it ima_key_id_of(key). Signatures that rest on SHA-1
    /// count only for a key that is added with `sha1` (ADR 0020).
    void add(crypto::PublicKey key, std::optional<ImaKeyId> id = std::nullopt, bool sha1 = false);
    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }

    /// Whether the attribute is a good signature over this digest of a file's content (or, in sigv2 templates, over
    /// its fs-verity digest). That the digest is the file's, only the replay proves.
    [[nodiscard]] ImaSignatureVerdict verify(ByteView attribute, const ImaDigest& digest) const;

private:
    struct Named {
        ImaKeyId id;
        ImaKeyId id_v1;
        crypto::PublicKey key;
        bool sha1;
    };
    std::vector<Named> keys_;
};

}  // namespace anchor::measure
