// SPDX-License-Identifier: Apache-2.0
#pragma once

// PEM (RFC 7468) of things that are public. Private keys go through Mbed TLS, which wipes what it leaves behind.

#include <string>
#include <string_view>
#include <vector>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::crypto {

[[nodiscard]] std::string to_pem(std::string_view label, ByteView der);

/// The contents of all blocks with this label, in order; text outside blocks is ignored, another label is Rejected,
/// as are no block at all, more than `limit` of them, and a block that does not end or is not base64.
[[nodiscard]] Result<std::vector<Bytes>> pem_blocks(std::string_view text, std::string_view label, std::size_t limit);
/// Exactly one block.
[[nodiscard]] Result<Bytes> pem_block(std::string_view text, std::string_view label);

}  // namespace anchor::crypto
