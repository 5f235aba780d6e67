// SPDX-License-Identifier: Apache-2.0
#pragma once

// ExternalKey: lets Mbed TLS use a private key that is not in its hands. It makes an mbedtls_pk_context whose public
// part is the DeviceKey's and whose signatures come from DeviceKey::sign. The one file that knows Mbed TLS's inside.

#include <memory>
#include <optional>

#include <mbedtls/pk.h>

#include <anchor/base/result.h>
#include <anchor/core/device_key.h>

namespace anchor::crypto {

class ExternalKey {
public:
    /// The key must outlive the result. Elliptic keys work for TLS 1.2 and 1.3; RSA keys for TLS 1.2 alone, because
    /// Mbed TLS makes the RSA-PSS signatures of TLS 1.3 only with keys in its own memory.
    /// Rejected: the DeviceKey's public key is unusable. Denied: this Mbed TLS is not one whose inside we know
    /// (version, built-in table, or the self-test that signs and verifies once in a process).
    [[nodiscard]] static Result<std::unique_ptr<ExternalKey>> make(DeviceKey& key);

    ExternalKey(const ExternalKey&) = delete;  // Mbed TLS points into it
    ExternalKey& operator=(const ExternalKey&) = delete;
    ~ExternalKey();

    [[nodiscard]] mbedtls_pk_context* context() noexcept { return &context_; }

    /// The DeviceKey's last failure since the previous call. Mbed TLS flattens a signer's error (TLS 1.3 hides it
    /// altogether), so whoever sees a handshake fail asks here for the true reason. Same thread as the signing.
    [[nodiscard]] std::optional<Error> take_signer_error() noexcept;

private:
    explicit ExternalKey(DeviceKey& key);

    friend struct ExternalSigner;
    DeviceKey& key_;
    std::optional<Error> signer_error_;
    mbedtls_pk_context context_;
};

}  // namespace anchor::crypto
