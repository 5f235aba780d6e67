// SPDX-License-Identifier: Apache-2.0
#pragma once

// The arithmetic of signatures, without the rules about which of them count: those stand in PublicKey::verify(), and for old
// signatures of files in legacy_signature.h.

#include <mbedtls/md.h>

#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// The signature is r ‖ s.
[[nodiscard]] Result<void> check_ecdsa(const PublicKey& key, ByteView digest, ByteView signature);
/// With MBEDTLS_MD_NONE and PKCS #1 the octets themselves are what was signed, without DigestInfo.
[[nodiscard]] Result<void> check_rsa(const PublicKey& key, SignatureScheme scheme, mbedtls_md_type_t md, ByteView digest,
                                     ByteView signature);

}  // namespace anchor::crypto
