// SPDX-License-Identifier: Apache-2.0
#pragma once

// TpmClaims: what the TPM says about itself (tpm.*). Its word on this machine's own connection, unsigned: whoever sits
// between could change it, and a Verifier elsewhere goes by the quote. "tpm.present" is not said here: only a quote shows it.

#include <memory>

#include <anchor/core/claim_source.h>
#include <anchor/tpm/device.h>

namespace anchor::daemon {

class TpmClaims final : public ClaimSource {
public:
    /// Without a device (nullptr) every claim is unknown, because there is no TPM.
    explicit TpmClaims(std::shared_ptr<tpm::Device> device) : device_(std::move(device)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "tpm"; }
    /// On the worker: asks the TPM. One that is busy may take longer than a second, up to the device's patience.
    void collect(SteadyTime now, Claims& into) override;

private:
    std::shared_ptr<tpm::Device> device_;
};

/// What collect() makes of the TPM's two answers.
void claim_properties(const Result<tpm::Properties>& properties, SteadyTime now, Claims& into);
void claim_time(const Result<tpm::TimeInfo>& time, SteadyTime now, Claims& into);

}  // namespace anchor::daemon
