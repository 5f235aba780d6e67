// SPDX-License-Identifier: Apache-2.0
#pragma once

// CertificateRequest: PKCS#10 (RFC 2986), made by a device and read by a registry. What it asks for is a wish of the
// one who wrote it; that he holds the private key is the only thing that it proves.

#include <memory>
#include <string>
#include <vector>

#include <anchor/core/device_key.h>
#include <anchor/crypto/certificate.h>

namespace anchor::crypto {

/// A value; copies share the immutable content. Any thread.
class CertificateRequest {
public:
    static constexpr std::size_t kMaxSize = 16U << 10U;

    /// Reads a request and checks its signature with the key in it. Rejected: not DER, octets after the end, larger
    /// than kMaxSize, a key that PublicKey refuses, SHA-1, a wrong signature.
    [[nodiscard]] static Result<CertificateRequest> from_der(ByteView der);
    /// Exactly one "CERTIFICATE REQUEST" block (RFC 7468 §7).
    [[nodiscard]] static Result<CertificateRequest> from_pem(std::string_view pem);
    /// Makes one for the key, with this common name (1 to 64 octets) and these URIs as alternative names.
    /// The DeviceKey's errors come through.
    [[nodiscard]] static Result<CertificateRequest> make(DeviceKey& key, std::string_view common_name,
                                                         const std::vector<std::string>& uris);

    [[nodiscard]] ByteView der() const noexcept;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] const std::string& subject_cn() const noexcept;
    [[nodiscard]] const std::string& subject() const noexcept;
    [[nodiscard]] const PublicKey& public_key() const noexcept;
    [[nodiscard]] const AlternativeNames& alternative_names() const noexcept;

private:
    struct State;
    explicit CertificateRequest(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

}  // namespace anchor::crypto
