// SPDX-License-Identifier: Apache-2.0
#pragma once

// Owners of Mbed TLS's contexts. They point into themselves, so an owner never moves.

#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

namespace anchor::crypto {

template <class T, void (*Init)(T*), void (*Free)(T*)>
class Owned {
public:
    Owned() noexcept { Init(&value_); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { Free(&value_); }

    [[nodiscard]] T* get() noexcept { return &value_; }
    [[nodiscard]] const T* get() const noexcept { return &value_; }

private:
    T value_;
};

inline void init_rsa(mbedtls_rsa_context* rsa) noexcept {
#if MBEDTLS_VERSION_MAJOR >= 3
    mbedtls_rsa_init(rsa);
#else
    mbedtls_rsa_init(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
#endif
}

using Mpi = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;
using EcGroup = Owned<mbedtls_ecp_group, mbedtls_ecp_group_init, mbedtls_ecp_group_free>;
using EcPoint = Owned<mbedtls_ecp_point, mbedtls_ecp_point_init, mbedtls_ecp_point_free>;
using Pk = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using Rsa = Owned<mbedtls_rsa_context, init_rsa, mbedtls_rsa_free>;

}  // namespace anchor::crypto
