// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shape that certificates, revocation lists and requests share: SEQUENCE { what is signed, algorithm, BIT STRING }
// (RFC 5280 §4.1.1). Reading it believes nothing yet.

#include <optional>
#include <string_view>

#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate.h>

#include "der.h"

namespace anchor::crypto {

/// All borrowed from the octets that were read.
struct SignedObject {
    ByteView to_be_signed;  ///< with its header: what the signature is over
    ByteView content;       ///< the same without it
    std::size_t content_offset = 0;
    ByteView algorithm;  ///< AlgorithmIdentifier with its header
    std::optional<SignatureAlgorithm> scheme;
    ByteView signature;
};

[[nodiscard]] Result<SignedObject> read_signed(ByteView der, std::string_view what);
/// Whether this key made the signature. Rejected: no, SHA-1, or an algorithm that we don't verify.
[[nodiscard]] Result<void> verify_signed(const SignedObject& object, const PublicKey& key);
/// The same in two steps, for a large object and many keys: the digest hangs on the object alone.
[[nodiscard]] Result<Digest> signed_digest(const SignedObject& object);
[[nodiscard]] Result<void> verify_signed(const SignedObject& object, const Digest& digest, const PublicKey& key);

/// The AlgorithmIdentifier with which such a key signs: ECDSA with SHA-256 (P-384: SHA-384), RSA PKCS#1 with SHA-256.
[[nodiscard]] Bytes signing_algorithm(KeyAlg alg);
/// The whole object, signed with that algorithm; the DeviceKey's errors come through.
[[nodiscard]] Result<Bytes> sign_object(DeviceKey& key, ByteView to_be_signed);

}  // namespace anchor::crypto
