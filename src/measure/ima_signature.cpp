// SPDX-License-Identifier: Apache-2.0
#include <anchor/measure/ima_signature.h>

#include <anchor/base/byte_reader.h>
#include <anchor/base/encoding.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/legacy_signature.h>

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

// include/linux/digsig.h, struct signature_hdr: version, timestamp, algorithm, hash, 8 octets of key id, count of numbers. The
// one number behind it has its size in bits before it, as in OpenPGP. The kernel looks at neither algorithm nor hash.
constexpr std::size_t kHeaderVersion1 = 1 + 4 + 1 + 1 + 8 + 1;
constexpr std::size_t kKeyIdVersion1 = 7;

Result<ImaSignature> parse_version_1(ByteView attribute, ImaSignature signature) {
    ByteReader reader(attribute);
    ANCHOR_RETURN_IF_ERROR(reader.take(1, "signature: type"));
    ANCHOR_ASSIGN_OR_RETURN(signature.header, reader.take(kHeaderVersion1, "signature: header of version 1"));
    signature.key = last_four(signature.header.subspan(kKeyIdVersion1, 8));
    if (signature.header.back() != 1) return rejected("signature: " + std::to_string(signature.header.back()) + " numbers");
    ANCHOR_ASSIGN_OR_RETURN(const std::uint16_t bits, reader.u16_be("signature: size"));
    ANCHOR_ASSIGN_OR_RETURN(signature.octets, reader.take((std::size_t{bits} + 7) / 8, "signature: octets"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("the signature"));
    if (signature.octets.empty()) return rejected("signature: no octets");
    return signature;
}

// What is signed: the digest itself, or since version 3 the hash of an ima_file_id, which says what kind of
// digest it is, so that an fs-verity digest can't pass as one of a file's content. Version 1 hashes its header with it.
Digest signed_digest(const ImaSignature& signature, const Digest& digest) {
    if (signature.version == 1) return crypto::hash(HashAlg::Sha1, {digest.view(), signature.header});
    if (signature.version == 2) return digest;
    const std::array<std::uint8_t, 2> file_id{static_cast<std::uint8_t>(signature.type), signature.alg_id};
    return crypto::hash(digest.alg(), {file_id, digest.view()});
}

Result<void> verify_as(SignatureScheme scheme, const crypto::PublicKey& key, const Digest& digest, ByteView signature) {
    if (digest.alg() == HashAlg::Sha1) return crypto::verify_sha1(key, scheme, digest, signature);
    return key.verify(scheme, digest, signature);
}

bool verifies(const crypto::PublicKey& key, const ImaSignature& signature, const Digest& digest) {
    const Digest what = signed_digest(signature, digest);
    if (signature.version == 1) return crypto::verify_bare_sha1(key, what, signature.octets).has_value();
    if (!is_elliptic(key.algorithm())) return verify_as(SignatureScheme::RsaPkcs1, key, what, signature.octets).has_value();
    const auto raw = crypto::ecdsa_from_der(key.algorithm(), signature.octets);
    return raw && verify_as(SignatureScheme::Ecdsa, key, what, *raw).has_value();
}

bool is_supported(const ImaSignature& signature) noexcept {
    switch (signature.version) {
        case 1: return signature.type == ImaSignature::Type::File;
        case 2: return signature.type == ImaSignature::Type::File && signature.alg;
        default: return signature.type != ImaSignature::Type::Portable && signature.alg;
    }
}

// A signature speaks about a file's content or about its fs-verity digest, never about both, and in version 2 and later about one
// algorithm.
bool speaks_of(const ImaSignature& signature, const ImaDigest& digest) noexcept {
    const bool verity = digest.type == "verity";
    return verity == (signature.type == ImaSignature::Type::FsVerity) && (signature.version == 1 || signature.alg == digest.alg);
}

// OpenPGP's form of a number: its size in bits, and its octets.
void append_number(Bytes& to, ByteView number) {
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    std::size_t bits = number.size() * 8;
    for (std::uint8_t first = number.empty() ? 0x80 : number.front(); (first & 0x80U) == 0; first = static_cast<std::uint8_t>(first << 1U))
        --bits;
    to.push_back(static_cast<std::uint8_t>(bits >> 8U));
    to.push_back(static_cast<std::uint8_t>(bits));
    append(to, number);
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
    if (signature.version == 1) return parse_version_1(attribute, signature);
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

// include/linux/digsig.h, struct pubkey_hdr: version 1, no timestamp, RSA (0), two numbers; then modulus and exponent.
ImaKeyId ima_key_id_v1_of(const crypto::PublicKey& key) {
    if (is_elliptic(key.algorithm())) return 0;
    Bytes form{1, 0, 0, 0, 0, 0, 2};
    append_number(form, key.modulus());
    const std::uint32_t exponent = key.exponent();
    append_number(form, Bytes{static_cast<std::uint8_t>(exponent >> 24U), static_cast<std::uint8_t>(exponent >> 16U),
                              static_cast<std::uint8_t>(exponent >> 8U), static_cast<std::uint8_t>(exponent)});
    return last_four(crypto::hash(HashAlg::Sha1, form).view());
}

void ImaKeys::add(crypto::PublicKey key, std::optional<ImaKeyId> id, bool sha1) {
    const ImaKeyId named = id ? *id : ima_key_id_of(key);
    const ImaKeyId named_v1 = ima_key_id_v1_of(key);
    keys_.push_back({named, named_v1, std::move(key), sha1});
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
    bool refused = false;
    for (const Named& named : keys_) {
        if ((signature->version == 1 ? named.id_v1 : named.id) != signature->key) continue;
        if (signature->is_legacy() && !named.sha1) {
            refused = true;
            continue;
        }
        known = true;
        if (!speaks_of(*signature, digest)) return ImaSignatureVerdict::Wrong;
        if (verifies(named.key, *signature, *value)) return ImaSignatureVerdict::Valid;
    }
    if (known) return ImaSignatureVerdict::Wrong;
    return refused ? ImaSignatureVerdict::Unsupported : ImaSignatureVerdict::UnknownKey;
}

}  // namespace anchor::measure
