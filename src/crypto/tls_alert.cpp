// SPDX-License-Identifier: Apache-2.0
#include "tls_alert.h"

#include <array>
#include <string>
#include <utility>

#include <mbedtls/version.h>

#include "mbedtls_error.h"

namespace anchor::crypto {
namespace {

constexpr std::uint8_t kInternalError = 80;
constexpr std::uint8_t kUserCanceled = 90;

// IANA "Transport Layer Security (TLS) Parameters", TLS Alerts; RFC 5246 §7.2, RFC 8446 §6.
constexpr std::array<std::pair<std::uint8_t, std::string_view>, 33> kAlerts = {{
    {0, "close_notify"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {21, "decryption_failed"},
    {22, "record_overflow"},
    {30, "decompression_failure"},
    {40, "handshake_failure"},
    {41, "no_certificate"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {60, "export_restriction"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {kInternalError, "internal_error"},
    {86, "inappropriate_fallback"},
    {kUserCanceled, "user_canceled"},
    {100, "no_renegotiation"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {111, "certificate_unobtainable"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {115, "unknown_psk_identity"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
}};

// Mbed TLS has no call that tells which alert it was; the message stands where it was decrypted (level, number).
std::uint8_t last_alert(const mbedtls_ssl_context& ssl) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return ssl.MBEDTLS_PRIVATE(in_msg)[1];
#else
    return ssl.in_msg[1];
#endif
}

Error from_alert(std::uint8_t number) {
    const std::string alert = "alert " + std::string(alert_name(number)) + " (" + std::to_string(number) + ")";
    if (number == kInternalError || number == kUserCanceled) {
        return unavailable("peer has trouble of its own: " + alert, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
    return denied("peer refuses us: " + alert, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
}

#if MBEDTLS_VERSION_MAJOR >= 3
constexpr int kWrongVersion = MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION;
constexpr int kNothingInCommon = MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
#else
constexpr int kWrongVersion = MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
constexpr int kNothingInCommon = MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN;
#endif

}  // namespace

std::string_view alert_name(std::uint8_t number) noexcept {
    for (const auto& [registered, name] : kAlerts) {
        if (registered == number) return name;
    }
    return "unregistered";
}

Error from_tls(const mbedtls_ssl_context& ssl, int code) {
    switch (code) {
        case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return from_alert(last_alert(ssl));
        case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return unavailable("peer ended the connection", code);
        case MBEDTLS_ERR_SSL_CONN_EOF: return unavailable("connection was cut off without a goodbye", code);
        case MBEDTLS_ERR_SSL_ALLOC_FAILED: return unavailable("no memory", code);
        case kWrongVersion: return rejected("peer speaks no accepted version of TLS", code);
        case kNothingInCommon: return rejected("peer offers no accepted cipher suite, group or signature algorithm", code);
        case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE: return rejected("peer shows no certificate", code);
        case MBEDTLS_ERR_SSL_INVALID_RECORD: return rejected("peer does not speak TLS, or its octets were changed", code);
        default: return from_mbedtls("peer breaks the protocol", code);
    }
}

}  // namespace anchor::crypto
