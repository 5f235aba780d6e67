// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bodies of `rotate` (docs/protocol.md, "Rotation"): a device that has a certificate asks for the next one. The request as a
// whole is signed by the key in use, so that what is asked for hangs on both: that key, and the attestation key that certifies.

#include <optional>
#include <vector>

#include <anchor/base/json.h>
#include <anchor/core/quoter.h>

namespace anchor::protocol {

/// rotate, device → registry.
struct RotateRequest {
    Bytes request;                             ///< PKCS#10, DER, by the next key
    Bytes device_key_public;                   ///< TPMT_PUBLIC of the next key; empty without a TPM
    std::optional<Attestation> certification;  ///< TPM2_Certify(next key by AK), extraData = SHA-256 of `request`
};
[[nodiscard]] Json to_json(const RotateRequest& wish);
[[nodiscard]] Result<RotateRequest> rotate_request_from(const Json& body);

/// The answer: the next certificate and the chain above it. The one in use goes on until the next one was used.
struct RotateGrant {
    std::vector<Bytes> certificates;  ///< X.509 DER, the device's own first
};
[[nodiscard]] Json to_json(const RotateGrant& grant);
[[nodiscard]] Result<RotateGrant> rotate_grant_from(const Json& body);

}  // namespace anchor::protocol
