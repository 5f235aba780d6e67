// SPDX-License-Identifier: Apache-2.0
#pragma once

// The key derivation functions of TPMs, TPM 2.0 Part 1 §11.4.10. Labels are given without their closing zero.

#include <anchor/base/secret_bytes.h>
#include <anchor/core/algorithm.h>

namespace anchor::tpmwire {

/// KDFa (§11.4.10.2): SP 800-108 in counter mode with HMAC. `size` in octets.
[[nodiscard]] SecretBytes kdf_a(HashAlg alg, const SecretBytes& key, std::string_view label, ByteView context_u, ByteView context_v,
                                std::size_t size);
/// KDFe (§11.4.10.3): SP 800-56A with a hash, over the x-coordinates of an agreement. `size` in octets.
[[nodiscard]] SecretBytes kdf_e(HashAlg alg, const SecretBytes& shared_x, std::string_view label, ByteView party_u_x, ByteView party_v_x,
                                std::size_t size);

}  // namespace anchor::tpmwire
