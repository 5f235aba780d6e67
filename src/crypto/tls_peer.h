// SPDX-License-Identifier: Apache-2.0
#pragma once

// TlsPeer: judges the certificate that the other end shows, inside the handshake. See tls_session.h for the two judges.

#include <mbedtls/ssl.h>

#include "tls_config.h"

namespace anchor::crypto {

class TlsPeer {
public:
    /// A client gives the host that it means to reach; a server's peers are known by their certificate alone.
    TlsPeer(const TlsTrust& trust, Purpose purpose);
    TlsPeer(const TlsPeer&) = delete;  // Mbed TLS points to it
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// Puts this judge into the handshakes of the configuration. It must outlive them.
    void watch(mbedtls_ssl_config& config);

    /// The certificate that was accepted; none before that.
    [[nodiscard]] const std::optional<Certificate>& accepted() const noexcept { return accepted_; }
    /// Why the certificate was refused; none where it was not, or none was shown.
    [[nodiscard]] const std::optional<Error>& refusal() const noexcept { return refusal_; }

private:
    static int on_certificate(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);
    [[nodiscard]] Result<Certificate> judge(const mbedtls_x509_crt& shown) const;

    TlsTrust trust_;
    Purpose purpose_;
    std::uint32_t library_flags_ = 0;
    std::optional<Certificate> accepted_;
    std::optional<Error> refusal_;
};

/// Mbed TLS's reasons for refusing a certificate, on one line.
[[nodiscard]] std::string certificate_flags_text(std::uint32_t flags);

}  // namespace anchor::crypto
