// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names inside a JWS header (kid, typ, alg). They end up in error texts and logs, so they are printable ASCII and short.

#include <string>
#include <string_view>

#include <anchor/base/result.h>

namespace anchor::crypto {

/// Rejected where it is not 1 to 128 printable ASCII characters, without quotation mark and backslash.
[[nodiscard]] Result<void> check_jws_name(std::string_view parameter, std::string_view name);

/// "signature 1", counted from 1.
[[nodiscard]] std::string jws_signature_place(std::size_t index);

}  // namespace anchor::crypto
