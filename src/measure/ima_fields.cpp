// SPDX-License-Identifier: Apache-2.0
#include "ima_fields.h"

#include <anchor/base/byte_reader.h>

namespace anchor::measure {
namespace {

constexpr std::size_t kLegacyDigestSize = 20;

Error malformed(ImaField field, std::uint64_t offset, std::string_view complaint) {
    return rejected("offset " + std::to_string(offset) + ": field " + std::string(to_string(field)) + " " + std::string(complaint));
}

// d: the octets alone, of SHA-1 or, padded by the kernel to the same size, of MD5.
ImaDigest bare_digest(ByteView octets) noexcept {
    const bool sha1 = octets.size() == digest_size(HashAlg::Sha1);
    return {{}, sha1 ? "sha1" : "md5", sha1 ? std::optional(HashAlg::Sha1) : std::nullopt, octets};
}

// d-ng: "algorithm:" NUL octets; d-ngv2: "type:algorithm:" NUL octets.
Result<ImaDigest> labelled_digest(ImaField field, ByteView octets, std::uint64_t offset) {
    const std::string_view text = as_text(octets);
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos || end == 0 || text[end - 1] != ':')
        return malformed(field, offset, "has no label before its digest");
    ImaDigest digest;
    digest.algorithm = text.substr(0, end - 1);
    digest.octets = octets.subspan(end + 1);
    if (field == ImaField::DNgV2) {
        const std::size_t colon = digest.algorithm.find(':');
        if (colon == std::string_view::npos) return malformed(field, offset, "does not say what kind of digest it is");
        digest.type = digest.algorithm.substr(0, colon);
        digest.algorithm.remove_prefix(colon + 1);
    }
    digest.alg = hash_alg_from(digest.algorithm);
    if (digest.alg && digest.octets.size() != digest_size(*digest.alg)) {
        return malformed(field, offset, "has " + std::to_string(digest.octets.size()) + " octets for " + std::string(digest.algorithm));
    }
    return digest;
}

Result<std::string_view> name_of(ImaField field, ByteView octets, std::uint64_t offset) {
    std::string_view text = as_text(octets);
    if (text.ends_with('\0')) text.remove_suffix(1);
    if (text.find('\0') != std::string_view::npos) return malformed(field, offset, "has a NUL inside");
    return text;
}

Result<void> read_meaning(ImaEntry& entry, ImaField field, ByteView octets, std::uint64_t offset) {
    switch (field) {
        case ImaField::D: entry.digest = bare_digest(octets); return {};
        case ImaField::DNg:
        case ImaField::DNgV2: {
            ANCHOR_ASSIGN_OR_RETURN(entry.digest, labelled_digest(field, octets, offset));
            return {};
        }
        case ImaField::N:
        case ImaField::NNg: {
            ANCHOR_ASSIGN_OR_RETURN(entry.path, name_of(field, octets, offset));
            return {};
        }
        default: return {};
    }
}

}  // namespace

Result<void> cut_ima_fields(ImaEntry& entry, std::uint64_t origin) {
    ByteReader reader(entry.template_data, origin);
    entry.path = {};
    entry.digest = {};
    for (std::size_t i = 0; i < entry.layout->count; ++i) {
        const ImaField field = entry.layout->fields[i];
        std::size_t size = kLegacyDigestSize;
        if (!(entry.layout->legacy && field == ImaField::D)) {
            ANCHOR_ASSIGN_OR_RETURN(size, entry.big_endian ? reader.u32_be(to_string(field)) : reader.u32_le(to_string(field)));
        }
        const std::uint64_t offset = reader.offset();
        ANCHOR_ASSIGN_OR_RETURN(entry.fields[i], reader.take(size, to_string(field)));
        ANCHOR_RETURN_IF_ERROR(read_meaning(entry, field, entry.fields[i], offset));
    }
    return reader.expect_end("the last field");
}

}  // namespace anchor::measure
