// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a SoftwareKey holds, for the files of this module that use one for more than signing.

#include <anchor/crypto/private_key.h>

#include "mbedtls_owned.h"

namespace anchor::crypto {

struct SoftwareKey::State {
    Pk pk;  ///< a complete private key; freed, and with it wiped, by Mbed TLS
};

}  // namespace anchor::crypto
