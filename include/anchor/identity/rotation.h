// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device's side of a rotation: when it is due, and from a next key to the slot that holds it. Nothing is remembered before
// finish() has succeeded, and nothing stays in a TPM, so that an attempt can be dropped anywhere. Making and certifying is slow and belongs
// on the worker.

#include <memory>
#include <optional>
#include <string>

#include <anchor/core/root_of_trust.h>
#include <anchor/identity/identity.h>
#include <anchor/protocol/rotation.h>

namespace anchor::identity {

/// An order of the registry that certificates be replaced: when it was given, and by when.
struct RotationOrder {
    WallTime given{};
    WallTime by{};
};

/// When the certificate (X.509 DER) wants to be replaced: after two thirds of its lifetime and up to a twelfth more, which hangs on the
/// certificate, so that a fleet that enrolled on one day does not come on one day. Rejected: not a certificate.
[[nodiscard]] Result<WallTime> rotation_time(ByteView certificate);
/// When this device follows the order: a moment between the two times, another for each device.
[[nodiscard]] WallTime rotation_time(const RotationOrder& order, const DeviceId& device);

struct RotationSettings {
    KeyAlg key_alg = KeyAlg::EcP256;
    bool new_key = true;  ///< false: a new certificate for the same key, where that has the algorithm
};

class Rotation {
public:
    /// Makes the key and what the registry has to know about it. Errors of the forge: Rejected where it has no such algorithm.
    [[nodiscard]] static Result<Rotation> begin(Keyring& keyring, const DeviceId& device, std::string_view tenant, const KeyBlob& current,
                                                const RotationSettings& settings);

    [[nodiscard]] const protocol::RotateRequest& wish() const noexcept { return wish_; }
    /// Checks the grant and makes the slot. Rejected as by check_certificates().
    [[nodiscard]] Result<Slot> finish(const protocol::RotateGrant& grant, const DeviceId& device, std::string_view tenant,
                                      const std::vector<Bytes>& anchors, WallTime now) const;

private:
    KeyBlob key_;
    Bytes public_key_;
    protocol::RotateRequest wish_;
};

}  // namespace anchor::identity
