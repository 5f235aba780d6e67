// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random octets for keys, nonces and serial numbers: one CTR_DRBG (NIST SP 800-90A, AES-256) for the process, seeded
// from getrandom(2) and seeded anew as the standard asks. Any thread may call, also after fork().

#include <array>
#include <span>

#include <anchor/base/bytes.h>
#include <anchor/base/secret_bytes.h>

namespace anchor::crypto {

/// Fills the octets. Can't fail: without randomness nothing that follows is safe, so a generator that can't be
/// seeded aborts the process (start-up is fail-closed) and no caller can go on with zeros by dropping an error.
void fill_random(std::span<std::uint8_t> octets);

/// That many random octets: public ones (nonces, serials) and ones nobody should see.
[[nodiscard]] Bytes random_octets(std::size_t size);
[[nodiscard]] SecretBytes random_secret(std::size_t size);

}  // namespace anchor::crypto
