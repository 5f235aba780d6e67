// SPDX-License-Identifier: Apache-2.0
#pragma once

// DeviceKey: a private key that can be used and never be read. It may live in a TPM, in a token or, where
// nothing better is there, in this process's memory; who holds one does not know which.

#include <anchor/base/result.h>
#include <anchor/core/digest.h>

namespace anchor {

class DeviceKey {
public:
    virtual ~DeviceKey() = default;

    [[nodiscard]] virtual KeyAlg algorithm() const noexcept = 0;
    /// SubjectPublicKeyInfo, DER (RFC 5280 §4.1.2.7).
    [[nodiscard]] virtual ByteView public_key() const noexcept = 0;
    /// Signs the digest. Ecdsa with a digest longer than the curve's order signs its leftmost octets
    /// (FIPS 186-5 §6.4). May take seconds on a busy TPM and may be called from any one thread at a time.
    /// Rejected: the scheme does not fit the key. Unavailable: not now. Denied: the key refuses, which for a
    /// key bound to the boot state means that this boot is not the approved one.
    [[nodiscard]] virtual Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) = 0;
};

}  // namespace anchor
