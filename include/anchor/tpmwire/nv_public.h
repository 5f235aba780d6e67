// SPDX-License-Identifier: Apache-2.0
#pragma once

// NvPublic: what a TPM says about an NV index (TPMS_NV_PUBLIC, TPM 2.0 Part 2 §13.6), and its Name. A policy that
// reads an index names it, so both sides must compute the same Name.

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>
#include <anchor/core/digest.h>

namespace anchor::tpmwire {

/// TPMA_NV, Part 2 §13.4, as far as this project uses it. kWritten is part of the Name: it changes with the first write.
namespace nv_attribute {
inline constexpr std::uint32_t kOwnerWrite = 1U << 1;
inline constexpr std::uint32_t kAuthWrite = 1U << 2;
inline constexpr std::uint32_t kPolicyWrite = 1U << 3;
inline constexpr std::uint32_t kCounter = 1U << 4;  ///< TPM_NT_COUNTER in bits 7:4
inline constexpr std::uint32_t kWriteAll = 1U << 12;
inline constexpr std::uint32_t kPpRead = 1U << 16;
inline constexpr std::uint32_t kOwnerRead = 1U << 17;
inline constexpr std::uint32_t kAuthRead = 1U << 18;
inline constexpr std::uint32_t kPolicyRead = 1U << 19;
inline constexpr std::uint32_t kNoDa = 1U << 25;
inline constexpr std::uint32_t kWritten = 1U << 29;
}  // namespace nv_attribute

struct NvPublic {
    std::uint32_t index = 0;
    HashAlg name_alg = HashAlg::Sha256;
    std::uint32_t attributes = 0;
    Bytes auth_policy;  ///< empty or one digest of name_alg
    std::uint16_t data_size = 0;

    friend bool operator==(const NvPublic&, const NvPublic&) = default;
};

/// Reads TPMS_NV_PUBLIC. Rejected: not well formed, leftovers, an index outside the NV range.
[[nodiscard]] Result<NvPublic> parse_nv_public(ByteView tpms_nv_public);
/// TPMS_NV_PUBLIC.
[[nodiscard]] Bytes marshal(const NvPublic& nv);
/// nameAlg ‖ H(TPMS_NV_PUBLIC) (Part 1 §16).
[[nodiscard]] Bytes name_of(const NvPublic& nv);

}  // namespace anchor::tpmwire
