// SPDX-License-Identifier: Apache-2.0
#pragma once

// EsysKeyForge: device keys (LDevID) that live in this device's TPM and sign only where their policy allows. A key is
// wrapped by the storage root; nothing is ever made persistent in the TPM.

#include <anchor/core/key_forge.h>
#include <anchor/tpm/device.h>
#include <anchor/tpm/key_policy.h>

namespace anchor::tpm {

class EsysKeyForge final : public KeyForge {
public:
    /// `ak` certifies the keys. Keys are made for `policy`, and used through its steps.
    EsysKeyForge(std::shared_ptr<Device> device, KeyBlob ak, KeyPolicy policy = sign_only_policy());
    ~EsysKeyForge() override;

    /// Other steps to the same policy digest, as a new approval brings them: for all keys of this forge, from now on.
    void renew(std::vector<PolicyStep> steps);

    [[nodiscard]] bool hardware_bound() const noexcept override { return true; }
    [[nodiscard]] Result<KeyBlob> make(KeyAlg alg) override;
    /// Loads it into the TPM once, to see that it can be. The key may be used from any thread.
    /// Corrupt: not the blob of a device key. Denied: a key with another policy than this forge's.
    [[nodiscard]] Result<std::shared_ptr<DeviceKey>> load(const KeyBlob& blob) override;
    /// Works in any state of the machine: see sign_only_policy().
    [[nodiscard]] Result<Attestation> certify(const KeyBlob& blob, ByteView extra_data) override;

private:
    /// All keys of one forge share its policy, so that an approval reaches those in use.
    class PolicyInForce;
    class EsysKey;

    std::shared_ptr<Device> device_;
    KeyBlob ak_;
    std::shared_ptr<PolicyInForce> policy_;
};

}  // namespace anchor::tpm
