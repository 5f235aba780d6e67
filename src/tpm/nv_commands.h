// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands on NV memory (TPM 2.0 Part 3 §31), for counters of ours and certificates of the TPM's maker.

#include <optional>
#include <vector>

#include <anchor/tpmwire/nv_public.h>

#include "session.h"

namespace anchor::tpm {

struct NvIndex {
    PersistentRef handle;
    tpmwire::NvPublic area;
};

/// Which indices are defined from `first` to `last`, at most 64 of them.
[[nodiscard]] Result<std::vector<TPM2_HANDLE>> list_indices(Channel& channel, TPM2_HANDLE first, TPM2_HANDLE last);
/// Nothing where it is not defined.
[[nodiscard]] Result<std::optional<NvIndex>> find_index(Channel& channel, TPM2_HANDLE index);
/// The whole of it, by its own empty password or else the owner's. Rejected: larger than `limit`.
[[nodiscard]] Result<Bytes> read(Channel& channel, const NvIndex& index, std::size_t limit);
/// TPM2_NV_DefineSpace with an empty password, authorised by the owner through the salted session.
[[nodiscard]] Result<void> define(Channel& channel, const Session& salted, const tpmwire::NvPublic& area);
/// TPM2_NV_Increment by its own empty password.
[[nodiscard]] Result<void> increment(Channel& channel, const NvIndex& index);

}  // namespace anchor::tpm
