// SPDX-License-Identifier: Apache-2.0
#pragma once

// TpmClaims: what the TPM says about itself (tpm.*). Its word on this machine's own connection, unsigned: whoever sits
// between could change it, and a Verifier elsewhere goes by the quote. "tpm.present" is not said here: only a quote shows it.

#include <functional>
#include <memory>
#include <optional>

#include <anchor/core/claim_source.h>
#include <anchor/tpm/device.h>

namespace anchor::daemon {

class TpmClaims final : public ClaimSource {
public:
    /// Hears, on the worker, that the TPM does not answer and why, and of nothing when it answers again.
    using Turn = std::function<void(const std::optional<Error>&)>;

    /// Without a device (nullptr) every claim is unknown, because there is no TPM. `turn` is called where a look came out
    /// otherwise than the one before; a TPM is expected to answer.
    TpmClaims(std::shared_ptr<tpm::Device> device, Turn turn) : device_(std::move(device)), turn_(std::move(turn)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "tpm"; }
    /// On the worker: asks the TPM. One that is busy may take longer than a second, up to the device's patience.
    void collect(SteadyTime now, Claims& into) override;

private:
    std::shared_ptr<tpm::Device> device_;
    Turn turn_;
    bool answered_ = true;
};

/// What collect() makes of the TPM's two answers.
void claim_properties(const Result<tpm::Properties>& properties, SteadyTime now, Claims& into);
void claim_time(const Result<tpm::TimeInfo>& time, SteadyTime now, Claims& into);

}  // namespace anchor::daemon
