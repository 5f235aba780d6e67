// SPDX-License-Identifier: Apache-2.0
#pragma once

// TPM2_GetCapability (TPM 2.0 Part 3 §30.2), PCRs and clock: what can be asked without any key.

#include <anchor/tpm/device.h>

#include "channel.h"

namespace anchor::tpm {

/// At most `most` handles of the range that `first` is in, from `first` on.
[[nodiscard]] Result<std::vector<TPM2_HANDLE>> list_handles(Channel& channel, TPM2_HANDLE first, UINT32 most);
/// One TPM2_PT_*; nothing where the TPM does not know it.
[[nodiscard]] Result<std::optional<std::uint32_t>> property(Channel& channel, TPM2_PT which);

/// Denied: the TPM does not know one of them.
[[nodiscard]] Result<Properties> read_properties(Channel& channel);
/// The registers that are allocated, bank by bank.
[[nodiscard]] Result<std::vector<PcrSelection>> read_banks(Channel& channel);
/// TPM2_PCR_Read (§22.4) until all are there. Denied: the TPM has no such bank or register.
[[nodiscard]] Result<PcrValues> read_pcrs(Channel& channel, const std::vector<PcrSelection>& selections);
[[nodiscard]] Result<TimeInfo> read_clock(Channel& channel);

}  // namespace anchor::tpm
