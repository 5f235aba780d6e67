// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/public_area.h>

#include <tss2/tss2_tpm2_types.h>

#include <anchor/crypto/hash.h>

#include "fields.h"
#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

namespace oa = object_attribute;

// Every bit that Part 2 §8.3 gives a meaning; 8 and 9 are firmwareLimited and svnLimited of revision 1.83.
constexpr std::uint32_t kKnownAttributes = oa::kFixedTpm | oa::kStClear | oa::kFixedParent | oa::kSensitiveDataOrigin | oa::kUserWithAuth |
                                           oa::kAdminWithPolicy | 1U << 8 | 1U << 9 | oa::kNoDa | oa::kEncryptedDuplication |
                                           oa::kRestricted | oa::kDecrypt | oa::kSign | oa::kX509Sign;
constexpr std::size_t kLargestRsaModulus = 512;
constexpr std::size_t kLargestPublicArea = 1024;  // an RSA-4096 key has about 600 octets
constexpr std::uint32_t kDefaultExponent = 65537;

Error unknown(std::string_view field, std::uint16_t id) {
    return rejected(std::string(field) + ": " + std::to_string(id) + " is not known");
}

// TPMT_SYM_DEF_OBJECT, Part 2 §11.1.7.
Result<std::optional<Protection>> read_protection(ByteReader& reader) {
    ANCHOR_ASSIGN_OR_RETURN(const auto alg, reader.u16_be("symmetric"));
    if (alg == TPM2_ALG_NULL) return std::optional<Protection>{};
    if (alg != TPM2_ALG_AES) return unknown("symmetric", alg);
    ANCHOR_ASSIGN_OR_RETURN(const auto bits, reader.u16_be("symmetric.keyBits"));
    ANCHOR_ASSIGN_OR_RETURN(const auto mode, reader.u16_be("symmetric.mode"));
    if (mode != TPM2_ALG_CFB) return unknown("symmetric.mode", mode);
    if (bits == 128) return std::optional(Protection::Aes128Cfb);
    if (bits == 256) return std::optional(Protection::Aes256Cfb);
    return unknown("symmetric.keyBits", bits);
}

// TPMT_RSA_SCHEME and TPMT_ECC_SCHEME, Part 2 §11.2: the signature schemes and none.
Result<std::optional<KeyScheme>> read_scheme(ByteReader& reader, bool elliptic) {
    ANCHOR_ASSIGN_OR_RETURN(const auto alg, reader.u16_be("scheme"));
    if (alg == TPM2_ALG_NULL) return std::optional<KeyScheme>{};
    KeyScheme scheme;
    if (elliptic && alg == TPM2_ALG_ECDSA) {
        scheme.scheme = SignatureScheme::Ecdsa;
    } else if (!elliptic && alg == TPM2_ALG_RSASSA) {
        scheme.scheme = SignatureScheme::RsaPkcs1;
    } else if (!elliptic && alg == TPM2_ALG_RSAPSS) {
        scheme.scheme = SignatureScheme::RsaPss;
    } else {
        return unknown("scheme", alg);
    }
    ANCHOR_ASSIGN_OR_RETURN(scheme.hash, read_hash_alg(reader, "scheme.hash"));
    return std::optional(scheme);
}

// TPMS_RSA_PARMS, Part 2 §12.2.3.5, and the modulus.
Result<void> read_rsa(ByteReader& reader, PublicArea& area) {
    ANCHOR_ASSIGN_OR_RETURN(area.protection, read_protection(reader));
    ANCHOR_ASSIGN_OR_RETURN(area.scheme, read_scheme(reader, false));
    ANCHOR_ASSIGN_OR_RETURN(const auto bits, reader.u16_be("keyBits"));
    switch (bits) {
        case 2048: area.key_alg = KeyAlg::Rsa2048; break;
        case 3072: area.key_alg = KeyAlg::Rsa3072; break;
        case 4096: area.key_alg = KeyAlg::Rsa4096; break;
        default: return unknown("keyBits", bits);
    }
    ANCHOR_ASSIGN_OR_RETURN(area.rsa_exponent, reader.u32_be("exponent"));
    ANCHOR_ASSIGN_OR_RETURN(const auto modulus, read_sized(reader, kLargestRsaModulus, "unique"));
    if (!modulus.empty() && modulus.size() != bits / 8U)
        return rejected("unique: " + std::to_string(modulus.size()) + " octets are no modulus of this key");
    area.unique = to_bytes(modulus);
    return {};
}

// TPMS_ECC_PARMS, Part 2 §12.2.3.6, and the point.
Result<void> read_ecc(ByteReader& reader, PublicArea& area) {
    ANCHOR_ASSIGN_OR_RETURN(area.protection, read_protection(reader));
    ANCHOR_ASSIGN_OR_RETURN(area.scheme, read_scheme(reader, true));
    ANCHOR_ASSIGN_OR_RETURN(const auto curve, reader.u16_be("curveID"));
    switch (curve) {
        case TPM2_ECC_NIST_P256: area.key_alg = KeyAlg::EcP256; break;
        case TPM2_ECC_NIST_P384: area.key_alg = KeyAlg::EcP384; break;
        default: return unknown("curveID", curve);
    }
    ANCHOR_ASSIGN_OR_RETURN(const auto kdf, reader.u16_be("kdf"));
    if (kdf != TPM2_ALG_NULL) return unknown("kdf", kdf);
    const std::size_t field = crypto::field_size(area.key_alg);
    ANCHOR_ASSIGN_OR_RETURN(const auto x, read_sized(reader, field, "unique.x"));
    ANCHOR_ASSIGN_OR_RETURN(const auto y, read_sized(reader, field, "unique.y"));
    area.unique = to_bytes(x);
    area.unique_y = to_bytes(y);
    return {};
}

Result<PublicArea> read_public_area(ByteReader& reader) {
    PublicArea area;
    ANCHOR_ASSIGN_OR_RETURN(const auto type, reader.u16_be("type"));
    ANCHOR_ASSIGN_OR_RETURN(area.name_alg, read_hash_alg(reader, "nameAlg"));
    ANCHOR_ASSIGN_OR_RETURN(area.attributes, reader.u32_be("objectAttributes"));
    if ((area.attributes & ~kKnownAttributes) != 0) return rejected("objectAttributes: reserved bits are set");
    ANCHOR_ASSIGN_OR_RETURN(area.auth_policy, read_policy(reader, area.name_alg));
    if (type == TPM2_ALG_RSA) {
        ANCHOR_RETURN_IF_ERROR(read_rsa(reader, area));
    } else if (type == TPM2_ALG_ECC) {
        ANCHOR_RETURN_IF_ERROR(read_ecc(reader, area));
    } else {
        return unknown("type", type);
    }
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("TPMT_PUBLIC"));
    return area;
}

Result<PublicArea> parse_at(ByteView tpmt_public, std::uint64_t origin) {
    if (tpmt_public.size() > kLargestPublicArea)
        return rejected("public area: " + std::to_string(tpmt_public.size()) + " octets are too many");
    ByteReader reader(tpmt_public, origin);
    auto area = read_public_area(reader);
    if (!area) return std::move(area).error().within("public area");
    return area;
}

void write_protection(OctetWriter& out, const std::optional<Protection>& protection) {
    if (!protection) {
        out.u16(TPM2_ALG_NULL);
        return;
    }
    out.u16(TPM2_ALG_AES).u16(*protection == Protection::Aes128Cfb ? 128 : 256).u16(TPM2_ALG_CFB);
}

void write_scheme(OctetWriter& out, const std::optional<KeyScheme>& scheme) {
    if (!scheme) {
        out.u16(TPM2_ALG_NULL);
        return;
    }
    switch (scheme->scheme) {
        case SignatureScheme::Ecdsa: out.u16(TPM2_ALG_ECDSA); break;
        case SignatureScheme::RsaPkcs1: out.u16(TPM2_ALG_RSASSA); break;
        case SignatureScheme::RsaPss: out.u16(TPM2_ALG_RSAPSS); break;
    }
    out.u16(tpm_alg_id(scheme->hash));
}

std::uint16_t rsa_bits(KeyAlg alg) {
    if (alg == KeyAlg::Rsa2048) return 2048;
    return alg == KeyAlg::Rsa3072 ? 3072 : 4096;
}

}  // namespace

Result<PublicArea> parse_public_area(ByteView tpmt_public) { return parse_at(tpmt_public, 0); }

Result<PublicArea> parse_sized_public_area(ByteView tpm2b_public) {
    ByteReader reader(tpm2b_public);
    ANCHOR_ASSIGN_OR_RETURN(const auto size, reader.u16_be("public area: size"));
    if (size != reader.remaining()) {
        return rejected("public area: size: says " + std::to_string(size) + ", " + std::to_string(reader.remaining()) + " octets follow");
    }
    return parse_at(reader.rest(), sizeof size);
}

Bytes marshal(const PublicArea& area) {
    const bool elliptic = is_elliptic(area.key_alg);
    OctetWriter out;
    out.u16(elliptic ? TPM2_ALG_ECC : TPM2_ALG_RSA).u16(tpm_alg_id(area.name_alg)).u32(area.attributes).sized(area.auth_policy);
    write_protection(out, area.protection);
    write_scheme(out, area.scheme);
    if (elliptic) {
        out.u16(area.key_alg == KeyAlg::EcP256 ? TPM2_ECC_NIST_P256 : TPM2_ECC_NIST_P384).u16(TPM2_ALG_NULL);
        out.sized(area.unique).sized(area.unique_y);
    } else {
        out.u16(rsa_bits(area.key_alg)).u32(area.rsa_exponent).sized(area.unique);
    }
    return std::move(out).take();
}

Bytes marshal_sized(const PublicArea& area) {
    OctetWriter out;
    out.sized(marshal(area));
    return std::move(out).take();
}

Result<crypto::PublicKey> public_key_of(const PublicArea& area) {
    if (is_elliptic(area.key_alg)) {
        // The point of a template is empty or zero, and so is not on its curve.
        return crypto::PublicKey::from_ec_point(area.key_alg, area.unique, area.unique_y);
    }
    return crypto::PublicKey::from_rsa(area.unique, area.rsa_exponent == 0 ? kDefaultExponent : area.rsa_exponent);
}

PublicArea external_key_area(const crypto::PublicKey& key, HashAlg name_alg) {
    PublicArea area;
    area.key_alg = key.algorithm();
    area.name_alg = name_alg;
    area.attributes = oa::kSign | oa::kUserWithAuth;
    if (is_elliptic(area.key_alg)) {
        area.unique = to_bytes(key.x());
        area.unique_y = to_bytes(key.y());
    } else {
        area.rsa_exponent = key.exponent() == kDefaultExponent ? 0 : key.exponent();
        area.unique = to_bytes(key.modulus());
    }
    return area;
}

Bytes name_of(const PublicArea& area) { return name_over(area.name_alg, marshal(area)); }

Bytes name_of_handle(std::uint32_t handle) {
    OctetWriter out;
    out.u32(handle);
    return std::move(out).take();
}

Bytes qualified_name_of(const PublicArea& area, ByteView parent_qualified_name) {
    Bytes both = to_bytes(parent_qualified_name);
    append(both, name_of(area));
    return name_over(area.name_alg, both);
}

DeviceId device_id_of(const PublicArea& endorsement_key) {
    return DeviceId::from_digest(crypto::hash(HashAlg::Sha256, marshal(endorsement_key)));
}

}  // namespace anchor::tpmwire
