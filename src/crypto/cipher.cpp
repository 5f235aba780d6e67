// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/cipher.h>

#include <array>

#include <mbedtls/aes.h>
#include <mbedtls/ecdh.h>

#include "mbedtls_error.h"
#include "mbedtls_names.h"
#include "mbedtls_owned.h"
#include "rng.h"
#include "software_key.h"

namespace anchor::crypto {
namespace {

using Aes = Owned<mbedtls_aes_context, mbedtls_aes_init, mbedtls_aes_free>;
constexpr std::size_t kAesBlock = 16;

Result<void> aes_cfb(int mode, const SecretBytes& key, ByteView iv, ByteView in, std::uint8_t* out) {
    if (key.size() != 16 && key.size() != 32) return rejected("AES: key has neither 16 nor 32 octets");
    if (iv.size() != kAesBlock) return rejected("AES: initialisation vector has not 16 octets");
    Aes aes;
    std::array<std::uint8_t, kAesBlock> feedback{};
    std::copy(iv.begin(), iv.end(), feedback.begin());
    std::size_t position = 0;
    // CFB encrypts its feedback in both directions: the key schedule is always the one for encryption.
    int code = mbedtls_aes_setkey_enc(aes.get(), key.view().data(), static_cast<unsigned>(8 * key.size()));
    if (code == 0) code = mbedtls_aes_crypt_cfb128(aes.get(), mode, in.size(), &position, feedback.data(), in.data(), out);
    if (code != 0) return from_mbedtls("AES", code);
    return {};
}

Result<void> load_point(EcGroup& group, EcPoint& point, const PublicKey& key) {
    int code = mbedtls_ecp_group_load(group.get(), group_id(key.algorithm()));
    if (code == 0) code = mbedtls_ecp_point_read_binary(group.get(), point.get(), key.key_bits().data(), key.key_bits().size());
    if (code != 0) return from_mbedtls("Diffie-Hellman", code);
    return {};
}

Result<SecretBytes> shared_x(EcGroup& group, const EcPoint& peer, const mbedtls_mpi* secret, std::size_t size) {
    Mpi x;
    SecretBytes octets(size);
    int code = mbedtls_ecdh_compute_shared(group.get(), x.get(), peer.get(), secret, rng, nullptr);
    if (code == 0) code = mbedtls_mpi_write_binary(x.get(), octets.writable().data(), octets.size());
    if (code != 0) return from_mbedtls("Diffie-Hellman", code);
    return octets;
}

Result<PublicKey> public_key_of(const EcGroup& group, const EcPoint& point, KeyAlg curve) {
    const std::size_t size = field_size(curve);
    Bytes bits(1 + 2 * size);
    std::size_t used = 0;
    const int code = mbedtls_ecp_point_write_binary(group.get(), point.get(), MBEDTLS_ECP_PF_UNCOMPRESSED, &used, bits.data(), bits.size());
    if (code != 0) return from_mbedtls("Diffie-Hellman", code);
    return PublicKey::from_ec_point(curve, ByteView(bits).subspan(1, size), ByteView(bits).last(size));
}

int copy_secret(const mbedtls_ecp_keypair* pair, mbedtls_mpi* secret) {
#if MBEDTLS_VERSION_MAJOR >= 3
    EcGroup group;
    EcPoint point;
    return mbedtls_ecp_export(pair, group.get(), secret, point.get());
#else
    return mbedtls_mpi_copy(secret, &pair->d);
#endif
}

int oaep_encrypt(mbedtls_rsa_context* rsa, ByteView label, ByteView message, std::uint8_t* out) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_rsa_rsaes_oaep_encrypt(rsa, rng, nullptr, label.data(), label.size(), message.size(), message.data(), out);
#else
    return mbedtls_rsa_rsaes_oaep_encrypt(rsa, rng, nullptr, MBEDTLS_RSA_PUBLIC, label.data(), label.size(), message.size(), message.data(),
                                          out);
#endif
}

int oaep_decrypt(mbedtls_rsa_context* rsa, ByteView label, ByteView encrypted, std::span<std::uint8_t> out, std::size_t& size) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_rsa_rsaes_oaep_decrypt(rsa, rng, nullptr, label.data(), label.size(), &size, encrypted.data(), out.data(), out.size());
#else
    return mbedtls_rsa_rsaes_oaep_decrypt(rsa, rng, nullptr, MBEDTLS_RSA_PRIVATE, label.data(), label.size(), &size, encrypted.data(),
                                          out.data(), out.size());
#endif
}

}  // namespace

Result<Bytes> aes_cfb_encrypt(const SecretBytes& key, ByteView iv, ByteView plain) {
    Bytes cipher(plain.size());
    ANCHOR_RETURN_IF_ERROR(aes_cfb(MBEDTLS_AES_ENCRYPT, key, iv, plain, cipher.data()));
    return cipher;
}

Result<SecretBytes> aes_cfb_decrypt(const SecretBytes& key, ByteView iv, ByteView cipher) {
    SecretBytes plain(cipher.size());
    ANCHOR_RETURN_IF_ERROR(aes_cfb(MBEDTLS_AES_DECRYPT, key, iv, cipher, plain.writable().data()));
    return plain;
}

Result<Bytes> rsa_oaep_encrypt(const PublicKey& recipient, HashAlg hash, ByteView label, const SecretBytes& message) {
    if (is_elliptic(recipient.algorithm())) return rejected("RSA-OAEP: no RSA key");
    Pk pk;
    int code = mbedtls_pk_parse_public_key(pk.get(), recipient.spki().data(), recipient.spki().size());
    if (code != 0) return from_mbedtls("RSA-OAEP", code);
    mbedtls_rsa_context* rsa = mbedtls_pk_rsa(*pk.get());
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, md_type(hash));
    Bytes out(recipient.modulus().size());
    code = oaep_encrypt(rsa, label, message.view(), out.data());
    if (code != 0) return from_mbedtls("RSA-OAEP", code);
    return out;
}

Result<SecretBytes> rsa_oaep_decrypt(const SoftwareKey& own, HashAlg hash, ByteView label, ByteView encrypted) {
    // One answer for every failure: telling them apart would make this an oracle (Manger, CRYPTO 2001).
    const Error refusal = rejected("RSA-OAEP: not for this key");
    if (is_elliptic(own.algorithm()) || encrypted.size() != own.public_value().modulus().size()) return refusal;
    mbedtls_rsa_context* rsa = mbedtls_pk_rsa(*own.state().pk.get());
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, md_type(hash));
    SecretBytes room(encrypted.size());
    std::size_t size = 0;
    if (oaep_decrypt(rsa, label, encrypted, room.writable(), size) != 0) return refusal;
    return SecretBytes::copy_of(room.view().first(size));
}

Result<EphemeralShare> ecdh_ephemeral(const PublicKey& peer) {
    if (!is_elliptic(peer.algorithm())) return rejected("Diffie-Hellman: no elliptic key");
    EcGroup group;
    EcPoint peer_point;
    EcPoint own_point;
    Mpi secret;
    ANCHOR_RETURN_IF_ERROR(load_point(group, peer_point, peer));
    const int code = mbedtls_ecdh_gen_public(group.get(), secret.get(), own_point.get(), rng, nullptr);
    if (code != 0) return from_mbedtls("Diffie-Hellman", code);
    ANCHOR_ASSIGN_OR_RETURN(PublicKey own, public_key_of(group, own_point, peer.algorithm()));
    ANCHOR_ASSIGN_OR_RETURN(SecretBytes x, shared_x(group, peer_point, secret.get(), field_size(peer.algorithm())));
    return EphemeralShare{std::move(own), std::move(x)};
}

Result<SecretBytes> ecdh_shared_x(const SoftwareKey& own, const PublicKey& peer) {
    if (!is_elliptic(peer.algorithm()) || own.algorithm() != peer.algorithm()) return rejected("Diffie-Hellman: not on one curve");
    EcGroup group;
    EcPoint peer_point;
    Mpi secret;
    ANCHOR_RETURN_IF_ERROR(load_point(group, peer_point, peer));
    const int code = copy_secret(mbedtls_pk_ec(*own.state().pk.get()), secret.get());
    if (code != 0) return from_mbedtls("Diffie-Hellman", code);
    return shared_x(group, peer_point, secret.get(), field_size(peer.algorithm()));
}

}  // namespace anchor::crypto
