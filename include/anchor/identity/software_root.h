// SPDX-License-Identifier: Apache-2.0
#pragma once

// SoftwareRoot: device keys for a device without a TPM. They are as safe as the file they lie in: whoever reads it is this
// device. Every claim says so (identity.hardware_bound is false) and policy decides what such a device may do.

#include <anchor/core/root_of_trust.h>

namespace anchor::identity {

class SoftwareKeyForge final : public KeyForge {
public:
    [[nodiscard]] bool hardware_bound() const noexcept override { return false; }
    [[nodiscard]] Result<KeyBlob> make(KeyAlg alg) override;
    [[nodiscard]] Result<std::shared_ptr<DeviceKey>> load(const KeyBlob& blob) override;
    [[nodiscard]] Result<Attestation> certify(const KeyBlob& blob, ByteView extra_data) override;
};

class SoftwareRoot final : public RootOfTrust {
public:
    [[nodiscard]] Result<RootState> renew() override { return RootState{}; }
    /// Corrupt: the state is that of a device with a TPM, which must not become one without.
    [[nodiscard]] Result<Keyring> open(const RootState& state) override;
};

}  // namespace anchor::identity
