// SPDX-License-Identifier: Apache-2.0
#pragma once

// Our algorithms in Mbed TLS's names.

#include <optional>

#include <mbedtls/ecp.h>
#include <mbedtls/md.h>

#include <anchor/core/algorithm.h>

namespace anchor::crypto {

[[nodiscard]] constexpr mbedtls_md_type_t md_type(HashAlg alg) noexcept {
    switch (alg) {
        case HashAlg::Sha1: return MBEDTLS_MD_SHA1;
        case HashAlg::Sha256: return MBEDTLS_MD_SHA256;
        case HashAlg::Sha384: return MBEDTLS_MD_SHA384;
        case HashAlg::Sha512: return MBEDTLS_MD_SHA512;
    }
    return MBEDTLS_MD_NONE;
}

[[nodiscard]] constexpr std::optional<HashAlg> hash_alg_of(mbedtls_md_type_t type) noexcept {
    for (const HashAlg alg : {HashAlg::Sha1, HashAlg::Sha256, HashAlg::Sha384, HashAlg::Sha512}) {
        if (md_type(alg) == type) return alg;
    }
    return std::nullopt;
}

/// MBEDTLS_ECP_DP_NONE for RSA.
[[nodiscard]] constexpr mbedtls_ecp_group_id group_id(KeyAlg alg) noexcept {
    switch (alg) {
        case KeyAlg::EcP256: return MBEDTLS_ECP_DP_SECP256R1;
        case KeyAlg::EcP384: return MBEDTLS_ECP_DP_SECP384R1;
        case KeyAlg::Rsa2048:
        case KeyAlg::Rsa3072:
        case KeyAlg::Rsa4096: break;
    }
    return MBEDTLS_ECP_DP_NONE;
}

/// Bits of an RSA modulus; 0 for elliptic keys.
[[nodiscard]] constexpr unsigned rsa_bits(KeyAlg alg) noexcept {
    switch (alg) {
        case KeyAlg::Rsa2048: return 2048;
        case KeyAlg::Rsa3072: return 3072;
        case KeyAlg::Rsa4096: return 4096;
        case KeyAlg::EcP256:
        case KeyAlg::EcP384: break;
    }
    return 0;
}

}  // namespace anchor::crypto
