// SPDX-License-Identifier: Apache-2.0
#pragma once

// X.509 extensions (RFC 5280 §4.2): read into values, and written.

#include <optional>
#include <string>
#include <vector>

#include <anchor/crypto/certificate.h>

#include "der.h"

namespace anchor::crypto {

struct Extension {
    ByteView oid;
    bool critical = false;
    ByteView value;
};

/// Extensions ::= SEQUENCE OF Extension. Rejected: malformed, one kind twice, more than 64.
[[nodiscard]] Result<std::vector<Extension>> read_extensions(der::Reader& reader);

/// What the extensions of a certificate or request say.
struct CertificateExtensions {
    std::optional<std::uint16_t> key_usage;      ///< bit n is KeyUsage n
    std::optional<std::uint8_t> extended_usage;  ///< bit n is ExtendedUsage n
    bool ca = false;
    std::optional<std::uint32_t> path_length;
    AlternativeNames names;
    Bytes subject_key_id;
    Bytes authority_key_id;
    std::string unknown_critical;  ///< critical and unknown, or constraints on names or policies, which we do not judge by
};
[[nodiscard]] Result<CertificateExtensions> interpret(const std::vector<Extension>& extensions);
/// The keyIdentifier of an AuthorityKeyIdentifier (RFC 5280 §4.2.1.1); empty where it has none. Rejected: larger than 64 octets.
[[nodiscard]] Result<Bytes> read_authority_key_id(ByteView value);

[[nodiscard]] Bytes extension(ByteView oid, bool critical, ByteView value);
[[nodiscard]] Bytes key_usage_extension(std::initializer_list<KeyUsage> usages);
[[nodiscard]] Bytes extended_usage_extension(ByteView purpose);
[[nodiscard]] Bytes basic_constraints_extension(bool ca, std::optional<std::uint32_t> path_length);
[[nodiscard]] Bytes subject_key_id_extension(const PublicKey& key);
[[nodiscard]] Bytes authority_key_id_extension(ByteView key_id);
/// Rejected: no name at all, a name that is not printable ASCII without spaces, an address of another size than 4 or 16.
[[nodiscard]] Result<Bytes> alternative_names_extension(const AlternativeNames& names);
[[nodiscard]] Bytes crl_distribution_extension(std::string_view uri);

/// SHA-1 of the key's bits (RFC 5280 §4.2.1.2, method 1).
[[nodiscard]] Bytes key_id_of(const PublicKey& key);

}  // namespace anchor::crypto
