// SPDX-License-Identifier: Apache-2.0
#include "signature_check.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/version.h>

#include "mbedtls_error.h"
#include "mbedtls_names.h"
#include "mbedtls_owned.h"
#include "rng.h"

namespace anchor::crypto {
namespace {

int rsa_pkcs1_verify(mbedtls_rsa_context* rsa, mbedtls_md_type_t md, ByteView digest, const std::uint8_t* signature) {
    const auto size = static_cast<unsigned>(digest.size());
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_rsa_rsassa_pkcs1_v15_verify(rsa, md, size, digest.data(), signature);
#else
    return mbedtls_rsa_rsassa_pkcs1_v15_verify(rsa, rng, nullptr, MBEDTLS_RSA_PUBLIC, md, size, digest.data(), signature);
#endif
}

int rsa_pss_verify(mbedtls_rsa_context* rsa, mbedtls_md_type_t md, ByteView digest, const std::uint8_t* signature) {
    const auto size = static_cast<unsigned>(digest.size());
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_rsa_rsassa_pss_verify_ext(rsa, md, size, digest.data(), md, static_cast<int>(size), signature);
#else
    return mbedtls_rsa_rsassa_pss_verify_ext(rsa, rng, nullptr, MBEDTLS_RSA_PUBLIC, md, size, digest.data(), md, static_cast<int>(size),
                                             signature);
#endif
}

}  // namespace

// One fresh context for each verification: Mbed TLS caches inside a group, so a shared one would need a lock.
Result<void> check_ecdsa(const PublicKey& key, ByteView digest, ByteView signature) {
    const std::size_t size = field_size(key.algorithm());
    if (signature.size() != 2 * size) return rejected("signature: not as long as this curve's");
    EcGroup group;
    EcPoint point;
    Mpi r;
    Mpi s;
    int code = mbedtls_ecp_group_load(group.get(), group_id(key.algorithm()));
    if (code == 0) code = mbedtls_ecp_point_read_binary(group.get(), point.get(), key.key_bits().data(), key.key_bits().size());
    if (code == 0) code = mbedtls_mpi_read_binary(r.get(), signature.data(), size);
    if (code == 0) code = mbedtls_mpi_read_binary(s.get(), signature.data() + size, size);
    if (code == 0) code = mbedtls_ecdsa_verify(group.get(), digest.data(), digest.size(), point.get(), r.get(), s.get());
    if (code != 0) return from_mbedtls("signature", code);
    return {};
}

Result<void> check_rsa(const PublicKey& key, SignatureScheme scheme, mbedtls_md_type_t md, ByteView digest, ByteView signature) {
    if (signature.size() != key.modulus().size()) return rejected("signature: not as long as the modulus");
    Rsa rsa;
    const Bytes exponent = {static_cast<std::uint8_t>(key.exponent() >> 24U), static_cast<std::uint8_t>(key.exponent() >> 16U),
                            static_cast<std::uint8_t>(key.exponent() >> 8U), static_cast<std::uint8_t>(key.exponent())};
    int code = mbedtls_rsa_import_raw(rsa.get(), key.modulus().data(), key.modulus().size(), nullptr, 0, nullptr, 0, nullptr, 0,
                                      exponent.data(), exponent.size());
    if (code == 0) code = mbedtls_rsa_complete(rsa.get());
    if (code != 0) return from_mbedtls("public key", code);
    code = scheme == SignatureScheme::RsaPkcs1 ? rsa_pkcs1_verify(rsa.get(), md, digest, signature.data())
                                               : rsa_pss_verify(rsa.get(), md, digest, signature.data());
    if (code != 0) return from_mbedtls("signature", code);
    return {};
}

}  // namespace anchor::crypto
