// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/private_key.h>

#include <algorithm>
#include <array>
#include <string>

#include <mbedtls/pem.h>

#include "der.h"
#include "mbedtls_error.h"
#include "mbedtls_names.h"
#include "rng.h"
#include "software_key.h"

#ifndef MBEDTLS_ECDSA_DETERMINISTIC
#error "Mbed TLS without MBEDTLS_ECDSA_DETERMINISTIC: ECDSA would stand and fall with the generator of each signature"
#endif

namespace anchor::crypto {
namespace {

constexpr std::size_t kMaxInput = 16U << 10U;
constexpr std::size_t kMaxDer = 4096;  // an RSA-4096 private key has about 2350 octets
constexpr int kRsaExponent = 65537;
constexpr std::string_view kPemMark = "-----BEGIN ";

int generate_into(mbedtls_pk_context* pk, KeyAlg alg) {
    const int code = mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(is_elliptic(alg) ? MBEDTLS_PK_ECKEY : MBEDTLS_PK_RSA));
    if (code != 0) return code;
    if (is_elliptic(alg)) return mbedtls_ecp_gen_key(group_id(alg), mbedtls_pk_ec(*pk), rng, nullptr);
    return mbedtls_rsa_gen_key(mbedtls_pk_rsa(*pk), rng, nullptr, rsa_bits(alg), kRsaExponent);
}

int parse_into(mbedtls_pk_context* pk, ByteView key, ByteView pass_phrase) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_parse_key(pk, key.data(), key.size(), pass_phrase.data(), pass_phrase.size(), rng, nullptr);
#else
    return mbedtls_pk_parse_key(pk, key.data(), key.size(), pass_phrase.data(), pass_phrase.size());
#endif
}

int check_pair(mbedtls_pk_context* pk) {
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_check_pair(pk, pk, rng, nullptr);
#else
    return mbedtls_pk_check_pair(pk, pk);
#endif
}

Result<PublicKey> public_part(mbedtls_pk_context* pk) {
    Bytes room(kMaxDer);
    const int size = mbedtls_pk_write_pubkey_der(pk, room.data(), room.size());
    if (size < 0) return from_mbedtls("private key: public part", size);
    return PublicKey::from_spki(ByteView(room).last(static_cast<std::size_t>(size)));
}

Result<Bytes> sign_ecdsa(mbedtls_pk_context* pk, KeyAlg alg, const Digest& digest) {
    std::array<std::uint8_t, MBEDTLS_PK_SIGNATURE_MAX_SIZE> room{};
    std::size_t size = 0;
#if MBEDTLS_VERSION_MAJOR >= 3
    const int code =
        mbedtls_pk_sign(pk, md_type(digest.alg()), digest.view().data(), digest.size(), room.data(), room.size(), &size, rng, nullptr);
#else
    const int code = mbedtls_pk_sign(pk, md_type(digest.alg()), digest.view().data(), digest.size(), room.data(), &size, rng, nullptr);
#endif
    if (code != 0) return from_mbedtls("sign", code);
    return ecdsa_from_der(alg, ByteView(room).first(size));
}

Result<Bytes> sign_rsa(mbedtls_rsa_context* rsa, SignatureScheme scheme, const Digest& digest) {
    const mbedtls_md_type_t md = md_type(digest.alg());
    const auto size = static_cast<unsigned>(digest.size());
    const bool pss = scheme == SignatureScheme::RsaPss;
    Bytes signature(mbedtls_rsa_get_len(rsa));
    mbedtls_rsa_set_padding(rsa, pss ? MBEDTLS_RSA_PKCS_V21 : MBEDTLS_RSA_PKCS_V15, pss ? md : MBEDTLS_MD_NONE);
#if MBEDTLS_VERSION_MAJOR >= 3
    const int code = mbedtls_rsa_pkcs1_sign(rsa, rng, nullptr, md, size, digest.view().data(), signature.data());
#else
    const int code = mbedtls_rsa_pkcs1_sign(rsa, rng, nullptr, MBEDTLS_RSA_PRIVATE, md, size, digest.view().data(), signature.data());
#endif
    if (code != 0) return from_mbedtls("sign", code);
    return signature;
}

// PrivateKeyInfo (RFC 5958 §2) around the key's own format; its algorithm is spelled as in the public key.
SecretBytes pkcs8(ByteView spki, ByteView own_format) {
    der::Reader public_info = der::read_only(spki, der::kSequence, "public key").value();
    const der::Element algorithm = public_info.any("public key algorithm").value();
    const SecretBytes key(der::octet_string(own_format));
    return SecretBytes(der::sequence({der::small_integer(0), algorithm.whole, key.view()}));
}

}  // namespace

SoftwareKey::SoftwareKey(std::unique_ptr<State> state, PublicKey public_key) : state_(std::move(state)), public_(std::move(public_key)) {}
SoftwareKey::SoftwareKey(SoftwareKey&&) noexcept = default;
SoftwareKey& SoftwareKey::operator=(SoftwareKey&&) noexcept = default;
SoftwareKey::~SoftwareKey() = default;

Result<SoftwareKey> SoftwareKey::generate(KeyAlg alg) {
    auto state = std::make_unique<State>();
    const int code = generate_into(state->pk.get(), alg);
    if (code != 0) return from_mbedtls("generate key", code);
    ANCHOR_ASSIGN_OR_RETURN(PublicKey public_key, public_part(state->pk.get()));
    return SoftwareKey(std::move(state), std::move(public_key));
}

Result<SoftwareKey> SoftwareKey::parse(ByteView pem_or_der, ByteView pass_phrase) {
    if (pem_or_der.size() > kMaxInput) return rejected("private key: larger than " + std::to_string(kMaxInput) + " octets");
    const bool pem = as_text(pem_or_der).find(kPemMark) != std::string_view::npos;
    SecretBytes input(pem_or_der.size() + (pem ? 1U : 0U));  // Mbed TLS knows PEM by its closing zero
    std::ranges::copy(pem_or_der, input.writable().begin());

    auto state = std::make_unique<State>();
    int code = parse_into(state->pk.get(), input.view(), pass_phrase);
    if (code != 0) return from_mbedtls("private key", code);
    ANCHOR_ASSIGN_OR_RETURN(PublicKey public_key, public_part(state->pk.get()));
    code = check_pair(state->pk.get());
    if (code != 0) return from_mbedtls("private key: does not belong to its public part", code);
    return SoftwareKey(std::move(state), std::move(public_key));
}

Result<Bytes> SoftwareKey::sign(SignatureScheme scheme, const Digest& digest) {
    if (digest.alg() == HashAlg::Sha1) return rejected("sign: SHA-1 proves nothing");
    if (is_elliptic(algorithm()) != (scheme == SignatureScheme::Ecdsa)) return rejected("sign: scheme does not fit the key");
    if (is_elliptic(algorithm())) return sign_ecdsa(state_->pk.get(), algorithm(), digest);
    return sign_rsa(mbedtls_pk_rsa(*state_->pk.get()), scheme, digest);
}

SecretBytes SoftwareKey::to_pkcs8_pem() const {
    SecretBytes room(kMaxDer);
    const int size = mbedtls_pk_write_key_der(state_->pk.get(), room.writable().data(), room.size());
    if (size <= 0) std::abort();  // a complete key in ample room
    const SecretBytes info = pkcs8(public_.spki(), room.view().last(static_cast<std::size_t>(size)));

    SecretBytes text(2 * kMaxDer);
    std::size_t used = 0;
    const int code = mbedtls_pem_write_buffer("-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n", info.view().data(),
                                              info.size(), text.writable().data(), text.size(), &used);
    if (code != 0) std::abort();
    return SecretBytes::copy_of(text.view().first(used - 1));  // without the closing zero
}

}  // namespace anchor::crypto
