// SPDX-License-Identifier: Apache-2.0
#include "tls_config.h"

#include <array>

#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>

#include "mbedtls_error.h"
#include "rng.h"

namespace anchor::crypto {
namespace {

// The lists live as long as the process: Mbed TLS keeps pointers to them.

// Forward secrecy and AEAD only. AES-128 with SHA-256 stands first because it is as strong as P-256 and asks a TPM for a
// SHA-256 signature, which is what its key was made for; the others serve peers with stricter rules or without AES.
constexpr std::array kSuites = {
#if MBEDTLS_VERSION_MAJOR >= 3
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
#endif
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};

#if MBEDTLS_VERSION_MAJOR >= 3
constexpr std::array<std::uint16_t, 4> kGroups = {
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
constexpr std::array<std::uint16_t, 7> kSignatures = {
    MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
    MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
    MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
    MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384,
    MBEDTLS_TLS1_3_SIG_NONE,
};

void choose_algorithms(mbedtls_ssl_config& config) {
    mbedtls_ssl_conf_groups(&config, kGroups.data());
    mbedtls_ssl_conf_sig_algs(&config, kSignatures.data());
}

void choose_versions(mbedtls_ssl_config& config, TlsVersion highest) {
    mbedtls_ssl_conf_min_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&config, highest == TlsVersion::Tls13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_tls13_key_exchange_modes(&config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
}
#else
constexpr std::array kCurves = {
    MBEDTLS_ECP_DP_SECP256R1,
    MBEDTLS_ECP_DP_SECP384R1,
    MBEDTLS_ECP_DP_CURVE25519,
    MBEDTLS_ECP_DP_NONE,
};
constexpr std::array<int, 3> kHashes = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_NONE};

void choose_algorithms(mbedtls_ssl_config& config) {
    mbedtls_ssl_conf_curves(&config, kCurves.data());
    mbedtls_ssl_conf_sig_hashes(&config, kHashes.data());
}

void choose_versions(mbedtls_ssl_config& config, TlsVersion) {
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
}
#endif

}  // namespace

Result<void> configure_tls(mbedtls_ssl_config& config, TlsRole role, TlsVersion highest) {
    start_library();
    const int endpoint = role == TlsRole::Client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER;
    const int code = mbedtls_ssl_config_defaults(&config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) return from_mbedtls("TLS configuration", code);

    mbedtls_ssl_conf_rng(&config, rng, nullptr);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ciphersuites(&config, kSuites.data());
    choose_algorithms(config);
    choose_versions(config, highest);
    mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    // A peer without secure renegotiation (RFC 5746) could be made to take a stranger's octets for ours.
    mbedtls_ssl_conf_legacy_renegotiation(&config, MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE);
    if (role == TlsRole::Client) mbedtls_ssl_conf_session_tickets(&config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return {};
}

TlsVersion agreed_version(const mbedtls_ssl_context& ssl) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_ssl_get_version_number(&ssl) == MBEDTLS_SSL_VERSION_TLS1_3 ? TlsVersion::Tls13 : TlsVersion::Tls12;
#else
    static_cast<void>(ssl);  // configured for TLS 1.2 and nothing else
    return TlsVersion::Tls12;
#endif
}

}  // namespace anchor::crypto
