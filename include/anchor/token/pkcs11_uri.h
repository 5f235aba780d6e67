// SPDX-License-Identifier: Apache-2.0
#pragma once

// A private key of a token, named as people name it: a PKCS#11 URI (RFC 7512).

#include <string>
#include <string_view>

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::token {

struct Pkcs11Uri {
    std::string token;       ///< label of the token; empty: the only one that is there
    std::string serial;      ///< of the token; empty: any
    std::string object;      ///< label of the key
    Bytes id;                ///< CKA_ID of the key
    std::string module;      ///< module-path: the library that speaks to the token
    std::string pin_source;  ///< a file, as path or file: URI; empty: somebody has to be asked
};

[[nodiscard]] bool is_pkcs11_uri(std::string_view text) noexcept;
/// Rejected: not of that form, an attribute twice, one that would narrow the choice and is not known here, neither object nor id, no
/// module-path, or a PIN in the URI itself, where every user of the machine could read it.
[[nodiscard]] Result<Pkcs11Uri> pkcs11_uri_from(std::string_view text);

}  // namespace anchor::token
