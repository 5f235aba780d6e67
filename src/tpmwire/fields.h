// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fields that several structures share, read with their limits. Every failure is Rejected and names the field.

#include <anchor/base/byte_reader.h>
#include <anchor/core/digest.h>

namespace anchor::tpmwire {

/// A Name is an algorithm and a digest, or a handle: TPM2B_NAME, Part 2 §10.5.3.
inline constexpr std::size_t kLargestName = 2 + kMaxDigestSize;
/// TPM2B_DATA, Part 2 §10.4.3: what an extraData or a policyRef can hold.
inline constexpr std::size_t kLargestData = 2 + kMaxDigestSize;

/// TPM2B with at most that many octets.
[[nodiscard]] Result<ByteView> read_sized(ByteReader& reader, std::size_t limit, std::string_view field);
/// TPMI_ALG_HASH, Part 2 §9.27: one that this project knows.
[[nodiscard]] Result<HashAlg> read_hash_alg(ByteReader& reader, std::string_view field);
/// TPM2B_DIGEST that is empty or exactly one digest of the algorithm: an authPolicy.
[[nodiscard]] Result<Bytes> read_policy(ByteReader& reader, HashAlg alg);

/// nameAlg ‖ H(octets), Part 1 §16.
[[nodiscard]] Bytes name_over(HashAlg alg, ByteView octets);

}  // namespace anchor::tpmwire
