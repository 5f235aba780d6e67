// SPDX-License-Identifier: Apache-2.0
#include "fields.h"

#include <anchor/crypto/hash.h>

#include "octet_writer.h"

namespace anchor::tpmwire {

Result<ByteView> read_sized(ByteReader& reader, std::size_t limit, std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t size, reader.u16_be(field));
    if (size > limit) {
        return rejected(std::string(field) + ": " + std::to_string(size) + " octets, at most " + std::to_string(limit) + " are allowed");
    }
    return reader.take(size, field);
}

Result<HashAlg> read_hash_alg(ByteReader& reader, std::string_view field) {
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t id, reader.u16_be(field));
    const auto alg = hash_alg_from_tpm(id);
    if (!alg) return rejected(std::string(field) + ": hash algorithm " + std::to_string(id) + " is not known");
    return *alg;
}

Result<Bytes> read_policy(ByteReader& reader, HashAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(const ByteView policy, read_sized(reader, kMaxDigestSize, "authPolicy"));
    if (!policy.empty() && policy.size() != digest_size(alg)) {
        return rejected("authPolicy: " + std::to_string(policy.size()) + " octets are no digest of the nameAlg");
    }
    return to_bytes(policy);
}

Bytes name_over(HashAlg alg, ByteView octets) {
    OctetWriter name;
    name.u16(tpm_alg_id(alg)).plain(crypto::hash(alg, octets).view());
    return std::move(name).take();
}

}  // namespace anchor::tpmwire
