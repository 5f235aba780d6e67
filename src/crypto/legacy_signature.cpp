// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/legacy_signature.h>

#include "signature_check.h"

namespace anchor::crypto {

Result<void> verify_sha1(const PublicKey& key, SignatureScheme scheme, const Digest& digest, ByteView signature) {
    if (digest.alg() != HashAlg::Sha1) return rejected("signature: not of SHA-1");
    const bool elliptic = is_elliptic(key.algorithm());
    if (scheme != (elliptic ? SignatureScheme::Ecdsa : SignatureScheme::RsaPkcs1)) {
        return rejected("signature: scheme does not fit the key");
    }
    return elliptic ? check_ecdsa(key, digest.view(), signature) : check_rsa(key, scheme, MBEDTLS_MD_SHA1, digest.view(), signature);
}

Result<void> verify_bare_sha1(const PublicKey& key, const Digest& digest, ByteView signature) {
    if (digest.alg() != HashAlg::Sha1) return rejected("signature: not of SHA-1");
    if (is_elliptic(key.algorithm())) return rejected("signature: scheme does not fit the key");
    return check_rsa(key, SignatureScheme::RsaPkcs1, MBEDTLS_MD_NONE, digest.view(), signature);
}

}  // namespace anchor::crypto
