// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signatures over SHA-1, for one purpose: files that were signed for Linux IMA in its first years. Two contents with the same SHA-1
// can be bought: whoever gets a file signed may keep a second one that has the same signature. PublicKey::verify() refuses SHA-1
// for that reason, and so does everything about certificates and documents. What is here counts only where signed reference
// values name a key and say that its old signatures do (ADR 0020), and only measure may include it (src/layers.table).

#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// RSASSA-PKCS1-v1_5 or ECDSA (r ‖ s) over a digest of SHA-1. Rejected: a wrong signature, another digest or scheme.
[[nodiscard]] Result<void> verify_sha1(const PublicKey& key, SignatureScheme scheme, const Digest& digest, ByteView signature);

/// Version 1 of IMA's signatures: RSASSA-PKCS1-v1_5 over a digest of SHA-1 that no DigestInfo names (lib/digsig.c of Linux).
[[nodiscard]] Result<void> verify_bare_sha1(const PublicKey& key, const Digest& digest, ByteView signature);

}  // namespace anchor::crypto
