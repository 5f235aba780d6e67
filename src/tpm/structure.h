// SPDX-License-Identifier: Apache-2.0
#pragma once

// Octets into the structures that ESYS takes, and back (TPM 2.0 Part 2, marshalled by tss2-mu). Octets that a TPM
// gave us are as foreign as any: what does not fit is Rejected, never cut.

#include <vector>

#include <tss2/tss2_tpm2_types.h>

#include <anchor/core/pcr.h>
#include <anchor/tpmwire/public_area.h>

namespace anchor::tpm {

/// Reads the whole of `octets`; Rejected where it is something else or too long.
[[nodiscard]] Result<TPM2B_PUBLIC> to_public(ByteView tpm2b_public);
[[nodiscard]] Result<TPM2B_PRIVATE> to_private(ByteView tpm2b_private);
[[nodiscard]] Result<TPM2B_ID_OBJECT> to_id_object(ByteView tpm2b_id_object);
[[nodiscard]] Result<TPM2B_ENCRYPTED_SECRET> to_encrypted_secret(ByteView tpm2b_encrypted_secret);
[[nodiscard]] Result<TPMT_SIGNATURE> to_signature(ByteView tpmt_signature);
/// TPM2B_PUBLIC for the key that the template describes.
[[nodiscard]] Result<TPM2B_PUBLIC> to_public(const tpmwire::PublicArea& area);

[[nodiscard]] Result<Bytes> from_public(const TPM2B_PUBLIC& area);
[[nodiscard]] Result<Bytes> from_private(const TPM2B_PRIVATE& area);
[[nodiscard]] Result<Bytes> from_signature(const TPMT_SIGNATURE& signature);
[[nodiscard]] Result<Bytes> from_nv_public(const TPMS_NV_PUBLIC& area);

/// Rejected: more banks than a TPM can have, a bank twice, no register at all.
[[nodiscard]] Result<TPML_PCR_SELECTION> to_selection(const std::vector<PcrSelection>& selections);
/// Leaves out banks that this project does not know.
[[nodiscard]] std::vector<PcrSelection> from_selection(const TPML_PCR_SELECTION& selections);

/// Any of the TPM2B_* with `size` and `buffer`. Rejected where the octets do not fit.
template <class Buffer>
[[nodiscard]] Result<Buffer> to_buffer(ByteView octets, std::string_view what) {
    Buffer buffer{};
    if (octets.size() > sizeof(buffer.buffer)) {
        return rejected(std::string(what) + " of " + std::to_string(octets.size()) + " octets is longer than the TPM's " +
                        std::to_string(sizeof(buffer.buffer)));
    }
    buffer.size = static_cast<UINT16>(octets.size());
    std::ranges::copy(octets, buffer.buffer);
    return buffer;
}

template <class Buffer>
[[nodiscard]] ByteView view_of(const Buffer& buffer) noexcept {
    return {buffer.buffer, buffer.size};
}

}  // namespace anchor::tpm
