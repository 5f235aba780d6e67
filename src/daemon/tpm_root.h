// SPDX-License-Identifier: Apache-2.0
#pragma once

// TpmRoot: the keys of a device whose root of trust is its TPM. All functions ask the TPM and belong on the worker.

#include <memory>
#include <string>

#include <anchor/core/root_of_trust.h>
#include <anchor/tpm/device.h>

namespace anchor::daemon {

class TpmRoot final : public RootOfTrust {
public:
    /// `endorsement_profile`: the one that the owner configured; empty leaves the choice to the TPM's certificates.
    TpmRoot(std::shared_ptr<tpm::Device> device, KeyAlg ak_alg, std::string endorsement_profile)
        : device_(std::move(device)), ak_alg_(ak_alg), endorsement_profile_(std::move(endorsement_profile)) {}

    /// As the port says. Rejected: the TPM has no such endorsement key or cannot make such an attestation key.
    Result<RootState> renew() override;
    /// As the port says; the stored endorsement profile counts, not the configured one: the device id hangs on it.
    /// Corrupt: the state of a device without a TPM.
    Result<Keyring> open(const RootState& state) override;

private:
    std::shared_ptr<tpm::Device> device_;
    KeyAlg ak_alg_;
    std::string endorsement_profile_;
};

}  // namespace anchor::daemon
