// SPDX-License-Identifier: Apache-2.0
#pragma once

// The process's random generator in the form that Mbed TLS asks for, and the library's one-time start.

#include <cstddef>

namespace anchor::crypto {

/// For parameters (f_rng, p_rng): pass `rng, nullptr`. Never fails; any thread. See anchor/crypto/random.h.
int rng(void* unused, unsigned char* out, std::size_t size);

/// Mbed TLS 3 wants psa_crypto_init() before TLS 1.3; nothing on 2.28. Cheap to repeat; any thread.
void start_library();

}  // namespace anchor::crypto
