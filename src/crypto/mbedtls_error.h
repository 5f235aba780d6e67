// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mbed TLS's negative numbers as Errors.

#include <string_view>

#include <anchor/base/result.h>

namespace anchor::crypto {

/// Rejected, "what: the library's own words", with the code as `native`. No memory left is Unavailable.
[[nodiscard]] Error from_mbedtls(std::string_view what, int code);

}  // namespace anchor::crypto
