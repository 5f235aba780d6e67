// SPDX-License-Identifier: Apache-2.0
#pragma once

// KeyForge: makes device keys (LDevID, IEEE 802.1AR) and loads them again. What it hands out for storing is
// a wrapped blob: worthless outside the place that made it.

#include <memory>

#include <anchor/base/secret_bytes.h>
#include <anchor/core/device_key.h>
#include <anchor/core/quoter.h>

namespace anchor {

/// A key that is not loaded. For a TPM: TPM2B_PUBLIC and TPM2B_PRIVATE. For the software store the private
/// part is the key itself, and the file it ends up in must be readable by the daemon alone.
struct KeyBlob {
    Bytes public_area;
    SecretBytes private_area;

    [[nodiscard]] KeyBlob clone() const { return {public_area, private_area.clone()}; }
};

class KeyForge {
public:
    virtual ~KeyForge() = default;

    /// Whether the keys live in hardware that does not let them out. Every claim that builds on such a key says so.
    [[nodiscard]] virtual bool hardware_bound() const noexcept = 0;
    /// Makes a key. Rejected: the algorithm is not there.
    [[nodiscard]] virtual Result<KeyBlob> make(KeyAlg alg) = 0;
    /// Makes a stored key usable. Stale: it was made by another TPM, or this one was cleared since.
    [[nodiscard]] virtual Result<std::shared_ptr<DeviceKey>> load(const KeyBlob& blob) = 0;
    /// TPM2_Certify (Part 3 §18.2) of the key by the AK, bound to extraData: proof that the key lives in the same
    /// TPM and with which attributes. Denied where there is no AK (the software store).
    [[nodiscard]] virtual Result<Attestation> certify(const KeyBlob& blob, ByteView extra_data) = 0;
};

}  // namespace anchor
