// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_signature.h>

#include <anchor/base/byte_reader.h>
#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>

namespace anchor::measure {
namespace {

// include/uapi/linux/hash_info.h, enum hash_algo
constexpr std::uint8_t kSha1 = 2;
constexpr std::uint8_t kSha256 = 4;
constexpr std::uint8_t kSha384 = 5;
constexpr std::uint8_t kSha512 = 6;

std::optional<HashAlg> alg_of(std::uint8_t id) noexcept {
    switch (id) {
        case kSha1: return HashAlg::Sha1;
        case kSha256: return HashAlg::Sha256;
        case kSha384: return HashAlg::Sha384;
        case kSha512: return HashAlg::Sha512;
        default: return std::nullopt;
    }
}

ImaKeyId last_four(ByteView octets) noexcept {
    ImaKeyId id = 0;
    for (const std::uint8_t octet : octets.last(4)) id = (id << 8U) | octet;
    return id;
}

// Version 1: timestamp, algorithm, hash, 8 octets of key id, then numbers. Read as far as a report needs it.
Result<ImaSignature> parse_version_1(ByteReader& reader, ImaSignature signature) {
    ANCHOR_RETURN_IF_ERROR(reader.take(4 + 1 + 1, "signature: header of version 1"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView id, reader.take(8, "signature: key id"));
    signature.key = last_four(id);
    signature.octets = reader.rest();
    return signature;
}

// What is signed: the digest itself, or since version 3 the hash of an ima_file_id, which says what kind of
// digest it is, so that an fs-verity digest can't pass as one of a file's content.
Digest signed_digest(const ImaSignature& signature, const Digest& digest) {
    if (signature.version == 2) return digest;
    const std::array<std::uint8_t, 2> file_id{static_cast<std::uint8_t>(signature.type), signature.alg_id};
    return crypto::hash(digest.alg(), {file_id, digest.view()});
}

bool verifies(const crypto::PublicKey& key, const Digest& digest, ByteView signature) {
    if (!is_elliptic(key.algorithm())) return key.verify(SignatureScheme::RsaPkcs1, digest, signature).has_value();
    const auto raw = crypto::ecdsa_from_der(key.algorithm(), signature);
    return raw && key.verify(SignatureScheme::Ecdsa, digest, *raw).has_value();
}

bool is_supported(const ImaSignature& signature) noexcept {
    const bool form = signature.version == 2 ? signature.type == ImaSignature::Type::File
                                             : signature.version == 3 && signature.type != ImaSignature::Type::Portable;
    return form && signature.alg && *signature.alg != HashAlg::Sha1;
}

// A signature speaks about a file's content or about its fs-verity digest, never about both.
bool same_kind(const ImaSignature& signature, const ImaDigest& digest) noexcept {
    const bool verity = digest.type == "verity";
    return verity == (signature.type == ImaSignature::Type::FsVerity);
}

}  // namespace

std::string ima_key_id_text(ImaKeyId id) {
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < 4; ++i) octets[i] = static_cast<std::uint8_t>(id >> (8 * (3 - i)));
    return to_hex(octets);
}

ImaKeyId ima_key_id_of(const crypto::PublicKey& key) { return last_four(crypto::hash(HashAlg::Sha1, key.key_bits()).view()); }

Result<ImaSignature> ImaSignature::parse(ByteView attribute) {
    ByteReader reader(attribute);
    ImaSignature signature;
    ANCHOR_ASSIGN_OR_RETURN(const std::uint8_t type, reader.u8("signature: type"));
    if (type != 3 && type != 5 && type != 6) return rejected("signature: attribute of type " + std::to_string(type));
    signature.type = static_cast<Type>(type);
    ANCHOR_ASSIGN_OR_RETURN(signature.version, reader.u8("signature: version"));
    if (signature.version == 1) return parse_version_1(reader, signature);
    if (signature.version != 2 && signature.version != 3) return rejected("signature: version " + std::to_string(signature.version));

    ANCHOR_ASSIGN_OR_RETURN(signature.alg_id, reader.u8("signature: hash algorithm"));
    signature.alg = alg_of(signature.alg_id);
    ANCHOR_ASSIGN_OR_RETURN(signature.key, reader.u32_be("signature: key id"));
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t size, reader.u16_be("signature: size"));
    ANCHOR_ASSIGN_OR_RETURN(signature.octets, reader.take(size, "signature: octets"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("the signature"));
    if (signature.octets.empty()) return rejected("signature: no octets");
    return signature;
}

void ImaKeys::add(crypto::PublicKey key, std::optional<ImaKeyId> id) {
    const ImaKeyId named = id ? *id : ima_key_id_of(key);
    keys_.push_back({named, std::move(key)});
}

std::string_view to_string(ImaSignatureVerdict verdict) noexcept {
    switch (verdict) {
        case ImaSignatureVerdict::Valid: return "valid";
        case ImaSignatureVerdict::Wrong: return "wrong";
        case ImaSignatureVerdict::UnknownKey: return "unknown key";
        case ImaSignatureVerdict::Unsupported: return "unsupported";
        case ImaSignatureVerdict::Malformed: return "malformed";
    }
    return {};
}

ImaSignatureVerdict ImaKeys::verify(ByteView attribute, const ImaDigest& digest) const {
    const auto signature = ImaSignature::parse(attribute);
    if (!signature) return ImaSignatureVerdict::Malformed;
    if (!is_supported(*signature)) return ImaSignatureVerdict::Unsupported;
    const std::optional<Digest> value = digest.value();
    if (!value) return ImaSignatureVerdict::Unsupported;

    bool known = false;
    for (const Named& named : keys_) {
        if (named.id != signature->key) continue;
        known = true;
        if (value->alg() != *signature->alg || !same_kind(*signature, digest)) return ImaSignatureVerdict::Wrong;
        if (verifies(named.key, signed_digest(*signature, *value), signature->octets)) return ImaSignatureVerdict::Valid;
    }
    return known ? ImaSignatureVerdict::Wrong : ImaSignatureVerdict::UnknownKey;
}

}  // namespace anchor::measure
