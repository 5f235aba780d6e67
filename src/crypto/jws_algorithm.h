// SPDX-License-Identifier: Apache-2.0
#pragma once

// The algorithms of a JWS. A key has exactly one, so that nobody can make a key verify in a way it was not meant for.

#include <initializer_list>
#include <optional>
#include <string_view>

#include <anchor/base/result.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// RFC 7518 §3.1: the one name under which this key signs.
[[nodiscard]] std::string_view jws_algorithm(KeyAlg alg) noexcept;

/// Is it one of the names that jws_algorithm() gives?
[[nodiscard]] bool is_jws_algorithm(std::string_view name) noexcept;

/// Signs ASCII(protected ‖ '.' ‖ payload), RFC 7515 §5.1.
[[nodiscard]] Result<Bytes> sign_jws_input(DeviceKey& key, std::string_view protected_text, std::string_view payload_text);

/// Verifies the same, RFC 7515 §5.2. Rejected where the signature is not the key's.
[[nodiscard]] Result<void> verify_jws_input(const PublicKey& key, std::string_view protected_text, std::string_view payload_text,
                                            ByteView signature);

}  // namespace anchor::crypto
