// SPDX-License-Identifier: Apache-2.0
#include "mbedtls_error.h"

#include <array>
#include <string>

#include <mbedtls/asn1.h>
#include <mbedtls/bignum.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>

namespace anchor::crypto {

Error from_mbedtls(std::string_view what, int code) {
    std::array<char, 160> words{};
    mbedtls_strerror(code, words.data(), words.size());
    std::string text = std::string(what) + ": " + words.data();

    const bool no_memory =
        code == MBEDTLS_ERR_MPI_ALLOC_FAILED || code == MBEDTLS_ERR_PK_ALLOC_FAILED || code == MBEDTLS_ERR_ASN1_ALLOC_FAILED;
    return no_memory ? unavailable(std::move(text), code) : rejected(std::move(text), code);
}

}  // namespace anchor::crypto
