// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a TLS connection fails, in words: the alerts of the peer and the codes of Mbed TLS.

#include <string_view>

#include <mbedtls/ssl.h>

#include <anchor/base/result.h>

namespace anchor::crypto {

/// The name in the IANA registry "TLS Alerts" ("bad_certificate"); "unregistered" for a number that is not there.
[[nodiscard]] std::string_view alert_name(std::uint8_t number) noexcept;

/// A code that a call on this connection returned, as an Error of the kinds that TlsSession promises.
[[nodiscard]] Error from_tls(const mbedtls_ssl_context& ssl, int code);

}  // namespace anchor::crypto
