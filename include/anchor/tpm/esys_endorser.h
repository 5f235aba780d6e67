// SPDX-License-Identifier: Apache-2.0
#pragma once

// EsysEndorser: the endorsement key that the TPM's maker burned in, as one of the TCG's templates derives it, and the
// certificates that the maker left in NV memory (TCG EK Credential Profile 2.5, §2.2). Certificates are octets here:
// who vouches for what is judged by the registry.

#include <anchor/core/endorser.h>
#include <anchor/core/key_forge.h>
#include <anchor/tpm/device.h>
#include <anchor/tpmwire/templates.h>

namespace anchor::tpm {

/// The profiles (templates.h) for which this TPM holds a certificate, in the order of preference.
[[nodiscard]] Result<std::vector<const tpmwire::EndorsementProfile*>> certified_profiles(Device& device);

class EsysEndorser final : public Endorser {
public:
    /// `profile` names one ("L-1", …): the one that the device enrolled with, or that its owner configured. Where it is empty,
    /// it is the first with a certificate, or else the first that the TPM can make. `ak` is the key whose credentials are
    /// activated. Rejected: no such profile, or the TPM can't make that key.
    [[nodiscard]] static Result<std::unique_ptr<EsysEndorser>> open(std::shared_ptr<Device> device, KeyBlob ak,
                                                                    std::string_view profile = {});

    /// The profile in use, to be kept: the device id hangs on it.
    [[nodiscard]] std::string_view profile() const noexcept { return profile_->name; }

    [[nodiscard]] Result<Endorsement> endorsement() override;
    [[nodiscard]] Result<SecretBytes> activate_credential(ByteView credential, ByteView secret) override;

private:
    EsysEndorser(std::shared_ptr<Device> device, KeyBlob ak, const tpmwire::EndorsementProfile* profile)
        : device_(std::move(device)), ak_(std::move(ak)), profile_(profile) {}

    std::shared_ptr<Device> device_;
    KeyBlob ak_;
    const tpmwire::EndorsementProfile* profile_;
};

}  // namespace anchor::tpm
