// SPDX-License-Identifier: Apache-2.0
#pragma once

// EsysCounter: a TPM NV counter (TPM 2.0 Part 1 §37.2.4), noDA, with an empty password: whoever may speak to the TPM may count
// it up or destroy it, and nobody can bring an old number back, for a counter that is made anew begins above the highest
// that ever was.

#include <anchor/core/monotonic_counter.h>
#include <anchor/tpm/device.h>
#include <anchor/tpmwire/nv_public.h>

namespace anchor::tpm {

/// What the TPM says about a counter of ours after its first count; its Name goes into policies.
[[nodiscard]] tpmwire::NvPublic counter_area(std::uint32_t index);

class EsysCounter final : public MonotonicCounter {
public:
    /// An index of the owner's range, 0x01800000 to 0x01BFFFFF (TCG Registry of Reserved TPM 2.0 Handles, §2.2).
    EsysCounter(std::shared_ptr<Device> device, std::uint32_t index) : device_(std::move(device)), index_(index) {}

    /// Corrupt: something else lives at the index, which can count backwards.
    [[nodiscard]] Result<std::optional<std::uint64_t>> read() override;
    /// Takes over a counter of ours that is already there, and counts it up. Denied: the index is in use otherwise, the owner's
    /// password is missing, or the TPM has no room.
    [[nodiscard]] Result<std::uint64_t> create() override;
    /// Counts once, also where the answer was lost and the TPM had to be asked again. Corrupt: there is no counter.
    [[nodiscard]] Result<std::uint64_t> increment() override;

private:
    std::shared_ptr<Device> device_;
    std::uint32_t index_;
};

}  // namespace anchor::tpm
