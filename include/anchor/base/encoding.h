// SPDX-License-Identifier: Apache-2.0
#pragma once

// Octets as printable text: hexadecimal and the base-N encodings of RFC 4648. Decoders are strict:
// no white space, no foreign character, no non-zero trailing bits; what they accept has one spelling.

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor {

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// Accepts both cases, an even number of digits. Rejected otherwise, with the offset.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 §5, without padding: the form of JOSE (RFC 7515 §2).
[[nodiscard]] std::string to_base64url(ByteView bytes);
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// RFC 4648 §6 alphabet in lower case, without padding.
[[nodiscard]] std::string to_base32(ByteView bytes);

}  // namespace anchor
