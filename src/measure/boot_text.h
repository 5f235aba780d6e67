// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts inside events, as UTF-8. Firmware and boot loaders write UTF-16, Latin-1 or what was in memory; nothing here
// fails, because a text is for people and is judged by its digest.

#include <string>

#include <anchor/base/bytes.h>

namespace anchor::measure {

/// UTF-16LE to UTF-8; unpaired surrogates and a last odd octet become U+FFFD. Ends at the end, not at a NUL.
[[nodiscard]] std::string utf8_from_utf16(ByteView octets);
/// The octets before the first NUL unit, as UTF-8.
[[nodiscard]] std::string utf8_until_nul(ByteView utf16);
/// UTF-16 text of Western letters: an even number of octets, every second one zero, no control characters.
[[nodiscard]] bool looks_like_utf16(ByteView octets);
/// Valid UTF-8 as it is; any other octet as the code point of its value (Latin-1).
[[nodiscard]] std::string utf8_from_octets(ByteView octets);
/// The same without NULs at the end.
[[nodiscard]] std::string utf8_without_nul(ByteView octets);
/// Printable ASCII, and at least one octet of it; NULs at the end don't count.
[[nodiscard]] bool is_printable(ByteView octets);
/// "0x1f".
[[nodiscard]] std::string hex_number(std::uint64_t value);
/// The length of the UTF-8 character at the beginning, 0 where there is none (RFC 3629).
[[nodiscard]] std::size_t utf8_length(ByteView octets);
void append_utf8(std::string& to, std::uint32_t code_point);

}  // namespace anchor::measure
