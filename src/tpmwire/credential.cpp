// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/credential.h>

#include <array>

#include <anchor/crypto/cipher.h>
#include <anchor/crypto/hash.h>
#include <anchor/crypto/random.h>

#include "fields.h"
#include "key_derivation.h"
#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

constexpr std::uint32_t kFileMagic = 0xBADCC0DE;
constexpr std::uint32_t kFileVersion = 1;
constexpr std::string_view kIdentity = "IDENTITY";
constexpr std::string_view kStorage = "STORAGE";
constexpr std::string_view kIntegrity = "INTEGRITY";
constexpr std::size_t kLargestIdObject = 2 + kMaxDigestSize + 2 + kMaxDigestSize;  // TPMS_ID_OBJECT, Part 2 §12.4.2
constexpr std::size_t kLargestSecret = 512;                                        // TPMU_ENCRYPTED_SECRET: RSA-4096
constexpr std::array<std::uint8_t, 16> kZeroVector{};                              // Part 1 §24.4: each key is used once
constexpr unsigned kMostAgreements = 64;

// OAEP's label has the closing zero in it (Part 1 §B.4); the derivation functions add theirs.
Bytes oaep_label() {
    Bytes label = to_bytes(kIdentity);
    label.push_back(0);
    return label;
}

struct Seed {
    SecretBytes value;
    Bytes encrypted;  ///< the content of TPM2B_ENCRYPTED_SECRET
};

Result<Seed> rsa_seed(const PublicArea& ek, const crypto::PublicKey& key) {
    SecretBytes seed = crypto::random_secret(digest_size(ek.name_alg));
    ANCHOR_ASSIGN_OR_RETURN(Bytes encrypted, crypto::rsa_oaep_encrypt(key, ek.name_alg, oaep_label(), seed));
    return Seed{std::move(seed), std::move(encrypted)};
}

SecretBytes ecc_seed_of(HashAlg alg, const SecretBytes& shared_x, const crypto::PublicKey& ephemeral, const crypto::PublicKey& ek) {
    return kdf_e(alg, shared_x, kIdentity, ephemeral.x(), ek.x(), digest_size(alg));
}

// Some TPMs strip leading zeros before they derive, others don't (the text changed between revisions): an agreement without
// any in what changes from one to the next reads the same to both.
Result<crypto::EphemeralShare> plain_agreement(const crypto::PublicKey& ek) {
    for (unsigned i = 0; i < kMostAgreements; ++i) {
        ANCHOR_ASSIGN_OR_RETURN(crypto::EphemeralShare agreement, crypto::ecdh_ephemeral(ek));
        if (agreement.ephemeral.x().front() != 0 && agreement.shared_x.view().front() != 0) return agreement;
    }
    return unavailable("key agreement: no usable key in " + std::to_string(kMostAgreements) + " attempts");
}

Result<Seed> ecc_seed(const PublicArea& ek, const crypto::PublicKey& key) {
    ANCHOR_ASSIGN_OR_RETURN(const crypto::EphemeralShare agreement, plain_agreement(key));
    OctetWriter point;  // TPMS_ECC_POINT
    point.sized(agreement.ephemeral.x()).sized(agreement.ephemeral.y());
    return Seed{ecc_seed_of(ek.name_alg, agreement.shared_x, agreement.ephemeral, key), std::move(point).take()};
}

Result<SecretBytes> recover_seed(const PublicArea& ek, const crypto::SoftwareKey& key, ByteView encrypted_secret) {
    ByteReader reader(encrypted_secret);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView encrypted, read_sized(reader, kLargestSecret, "encrypted secret"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("encrypted secret"));
    if (!is_elliptic(ek.key_alg)) return crypto::rsa_oaep_decrypt(key, ek.name_alg, oaep_label(), encrypted);

    ByteReader point(encrypted);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView x, read_sized(point, crypto::field_size(ek.key_alg), "ephemeral.x"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView y, read_sized(point, crypto::field_size(ek.key_alg), "ephemeral.y"));
    ANCHOR_RETURN_IF_ERROR(point.expect_end("ephemeral"));
    ANCHOR_ASSIGN_OR_RETURN(const auto ephemeral, crypto::PublicKey::from_ec_point(ek.key_alg, x, y));
    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes shared, crypto::ecdh_shared_x(key, ephemeral));
    return ecc_seed_of(ek.name_alg, shared, ephemeral, key.public_value());
}

// The two keys of Part 1 §24.4 and §24.5.
SecretBytes encryption_key(const PublicArea& ek, const SecretBytes& seed, ByteView name) {
    const std::size_t size = *ek.protection == Protection::Aes128Cfb ? 16 : 32;
    return kdf_a(ek.name_alg, seed, kStorage, name, {}, size);
}

Digest integrity(const PublicArea& ek, const SecretBytes& seed, ByteView encrypted_identity, ByteView name) {
    const SecretBytes key = kdf_a(ek.name_alg, seed, kIntegrity, {}, {}, digest_size(ek.name_alg));
    return crypto::hmac(ek.name_alg, key.view(), {encrypted_identity, name});
}

Result<void> check_storage_key(const PublicArea& ek) {
    using namespace object_attribute;
    if (!ek.has(kRestricted | kDecrypt) || ek.has(kSign) || !ek.protection) return rejected("endorsement key: not a storage key");
    if (ek.name_alg == HashAlg::Sha1) return rejected("endorsement key: nameAlg must not be SHA-1");
    return {};
}

Result<void> check_name(ByteView name) {
    ByteReader reader(name);
    ANCHOR_ASSIGN_OR_RETURN(const HashAlg alg, read_hash_alg(reader, "object name"));
    if (reader.remaining() != digest_size(alg)) return rejected("object name: not one digest of its algorithm");
    return {};
}

Bytes sized(ByteView octets) {
    OctetWriter out;
    out.sized(octets);
    return std::move(out).take();
}

}  // namespace

Result<Credential> make_credential(const PublicArea& ek, ByteView object_name, const SecretBytes& secret) {
    ANCHOR_RETURN_IF_ERROR(check_storage_key(ek));
    ANCHOR_RETURN_IF_ERROR(check_name(object_name));
    if (secret.empty() || secret.size() > digest_size(ek.name_alg))
        return rejected("credential: the secret must have 1 to " + std::to_string(digest_size(ek.name_alg)) + " octets");
    ANCHOR_ASSIGN_OR_RETURN(const crypto::PublicKey key, public_key_of(ek));
    ANCHOR_ASSIGN_OR_RETURN(const Seed seed, is_elliptic(ek.key_alg) ? ecc_seed(ek, key) : rsa_seed(ek, key));

    const SecretBytes identity(sized(secret.view()));
    ANCHOR_ASSIGN_OR_RETURN(const Bytes encrypted,
                            crypto::aes_cfb_encrypt(encryption_key(ek, seed.value, object_name), kZeroVector, identity.view()));
    OctetWriter id_object;
    id_object.sized(integrity(ek, seed.value, encrypted, object_name).view()).plain(encrypted);
    return Credential{sized(std::move(id_object).take()), sized(seed.encrypted)};
}

Result<SecretBytes> activate_credential(const PublicArea& ek, const crypto::SoftwareKey& key, ByteView object_name,
                                        const Credential& credential) {
    ANCHOR_RETURN_IF_ERROR(check_storage_key(ek));
    ANCHOR_ASSIGN_OR_RETURN(const crypto::PublicKey described, public_key_of(ek));
    if (described != key.public_value()) return rejected("credential: the area is not that of the endorsement key");
    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes seed, recover_seed(ek, key, credential.encrypted_secret));

    ByteReader outer(credential.id_object);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView id_object, read_sized(outer, kLargestIdObject, "id object"));
    ANCHOR_RETURN_IF_ERROR(outer.expect_end("id object"));
    ByteReader reader(id_object);
    ANCHOR_ASSIGN_OR_RETURN(const ByteView hmac, read_sized(reader, kMaxDigestSize, "integrity"));
    const ByteView encrypted = reader.rest();
    const SecretBytes expected = SecretBytes::copy_of(integrity(ek, seed, encrypted, object_name).view());
    if (!expected.matches(hmac)) return rejected("credential: made for another key or name, or changed on its way");

    ANCHOR_ASSIGN_OR_RETURN(const SecretBytes identity,
                            crypto::aes_cfb_decrypt(encryption_key(ek, seed, object_name), kZeroVector, encrypted));
    ByteReader inner(identity.view());
    ANCHOR_ASSIGN_OR_RETURN(const ByteView secret, read_sized(inner, kMaxDigestSize, "identity"));
    ANCHOR_RETURN_IF_ERROR(inner.expect_end("identity"));
    return SecretBytes::copy_of(secret);
}

Bytes to_tools_file(const Credential& credential) {
    OctetWriter out;
    out.u32(kFileMagic).u32(kFileVersion).plain(credential.id_object).plain(credential.encrypted_secret);
    return std::move(out).take();
}

Result<Credential> from_tools_file(ByteView file) {
    ByteReader reader(file);
    ANCHOR_ASSIGN_OR_RETURN(const auto magic, reader.u32_be("magic"));
    if (magic != kFileMagic) return rejected("credential file: another magic");
    ANCHOR_ASSIGN_OR_RETURN(const auto version, reader.u32_be("version"));
    if (version != kFileVersion) return rejected("credential file: version " + std::to_string(version) + " is not known");
    ANCHOR_ASSIGN_OR_RETURN(const ByteView id_object, read_sized(reader, kLargestIdObject, "id object"));
    ANCHOR_ASSIGN_OR_RETURN(const ByteView secret, read_sized(reader, kLargestSecret, "encrypted secret"));
    ANCHOR_RETURN_IF_ERROR(reader.expect_end("credential file"));
    return Credential{sized(id_object), sized(secret)};
}

}  // namespace anchor::tpmwire
