// SPDX-License-Identifier: Apache-2.0
#pragma once

// What both ends of our TLS insist on, in the words of either Mbed TLS branch.

#include <mbedtls/ssl.h>

#include <anchor/crypto/tls_session.h>

namespace anchor::crypto {

enum class TlsRole : std::uint8_t { Client, Server };

/// Fills a new configuration: versions, suites, groups, signature algorithms, randomness, mutual authentication.
[[nodiscard]] Result<void> configure_tls(mbedtls_ssl_config& config, TlsRole role, TlsVersion highest);

/// The version that was agreed on.
[[nodiscard]] TlsVersion agreed_version(const mbedtls_ssl_context& ssl);

}  // namespace anchor::crypto
