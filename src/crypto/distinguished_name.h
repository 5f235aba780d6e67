// SPDX-License-Identifier: Apache-2.0
#pragma once

// Distinguished names (RFC 5280 §4.1.2.4) as DER and as text for people. The text is escaped (RFC 4514 §2.4): no
// control character and no separator of a stranger reaches a log or a comparison unmasked.

#include <string>
#include <string_view>

#include "der.h"

namespace anchor::crypto {

struct DistinguishedName {
    ByteView der;  ///< with its header, borrowed
    std::string text;
    std::string common_name;  ///< empty where there is none or more than one: then nobody can say which it is
};

/// Rejected: malformed, or larger than 4 KiB.
[[nodiscard]] Result<DistinguishedName> read_name(der::Reader& reader, std::string_view field);

/// A name that has a common name alone, as UTF8String. Rejected: not 1 to 64 octets (ub-common-name), or a control character.
[[nodiscard]] Result<Bytes> common_name(std::string_view text);

}  // namespace anchor::crypto
