// SPDX-License-Identifier: Apache-2.0
#include "external_key.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <mbedtls/error.h>
#include <mbedtls/platform.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR < 3
#include <mbedtls/pk_internal.h>
#endif

#include <anchor/crypto/hash.h>
#include <anchor/crypto/private_key.h>

#include "mbedtls_error.h"
#include "mbedtls_names.h"
#include "mbedtls_owned.h"
#include "rng.h"

#if defined(MBEDTLS_ECP_RESTARTABLE) || defined(MBEDTLS_PK_USE_PSA_EC_DATA)
#error "this Mbed TLS configuration lays out its key table in a way that external_key.cpp does not know"
#endif

#if MBEDTLS_VERSION_MAJOR >= 3
#if MBEDTLS_VERSION_NUMBER < 0x03060000 || MBEDTLS_VERSION_NUMBER >= 0x03070000
#error "external_key.cpp knows the key table of Mbed TLS 2.28 and 3.6 only"
#endif
// Mbed TLS 3.6 keeps this layout private (it is that of library/pk_wrap.h). Everything we rely on is checked at run
// time before the first use: see check_builtin() and self_test().
struct mbedtls_pk_info_t {
    mbedtls_pk_type_t type;
    const char* name;
    size_t (*get_bitlen)(mbedtls_pk_context*);
    int (*can_do)(mbedtls_pk_type_t);
    int (*verify_func)(mbedtls_pk_context*, mbedtls_md_type_t, const unsigned char*, size_t, const unsigned char*, size_t);
    int (*sign_func)(mbedtls_pk_context*, mbedtls_md_type_t, const unsigned char*, size_t, unsigned char*, size_t, size_t*,
                     int (*)(void*, unsigned char*, size_t), void*);
    int (*decrypt_func)(mbedtls_pk_context*, const unsigned char*, size_t, unsigned char*, size_t*, size_t,
                        int (*)(void*, unsigned char*, size_t), void*);
    int (*encrypt_func)(mbedtls_pk_context*, const unsigned char*, size_t, unsigned char*, size_t*, size_t,
                        int (*)(void*, unsigned char*, size_t), void*);
    int (*check_pair_func)(mbedtls_pk_context*, mbedtls_pk_context*, int (*)(void*, unsigned char*, size_t), void*);
    void* (*ctx_alloc_func)();
    void (*ctx_free_func)(void*);
    void (*debug_func)(mbedtls_pk_context*, mbedtls_pk_debug_item*);
};
#endif

#ifndef MBEDTLS_PRIVATE  // 2.28 has no private members
#define MBEDTLS_PRIVATE(member) member
#endif

namespace anchor::crypto {

// The way from Mbed TLS's call back to the DeviceKey.
struct ExternalSigner {
    static Result<std::unique_ptr<ExternalKey>> make_untested(DeviceKey& key);
    static Result<void> self_test();

    static std::size_t modulus_size(const ExternalKey& owner) { return rsa_bits(owner.key_.algorithm()) / 8; }

    static Result<Bytes> sign(ExternalKey& owner, SignatureScheme scheme, mbedtls_md_type_t md, ByteView octets) {
        const auto alg = hash_alg_of(md);
        if (!alg) return rejected("sign: Mbed TLS asks for a digest that we don't sign");
        ANCHOR_ASSIGN_OR_RETURN(const Digest digest, Digest::from(*alg, octets));
        return owner.key_.sign(scheme, digest);
    }

    // Keeps the true reason; Mbed TLS gets a code that it can only pass on.
    static int fail(ExternalKey& owner, Error error) {
        owner.signer_error_ = std::move(error);
        return MBEDTLS_ERR_PLATFORM_HW_ACCEL_FAILED;
    }

    static int sign_ecdsa(ExternalKey& owner, mbedtls_md_type_t md, ByteView digest, std::span<std::uint8_t> room, std::size_t* size) {
        auto raw = sign(owner, SignatureScheme::Ecdsa, md, digest);
        if (!raw) return fail(owner, std::move(raw).error());
        auto der = ecdsa_to_der(owner.key_.algorithm(), *raw);
        if (!der) return fail(owner, std::move(der).error());
        if (der->size() > room.size()) return fail(owner, rejected("sign: signature longer than its room"));
        std::ranges::copy(*der, room.begin());
        *size = der->size();
        return 0;
    }

    static int sign_rsa(ExternalKey& owner, mbedtls_md_type_t md, ByteView digest, std::span<std::uint8_t> room) {
        auto signature = sign(owner, SignatureScheme::RsaPkcs1, md, digest);
        if (!signature) return fail(owner, std::move(signature).error());
        if (signature->size() != room.size()) return fail(owner, rejected("sign: signature not as long as the modulus"));
        std::ranges::copy(*signature, room.begin());
        return 0;
    }
};

namespace {

// What pk_ctx points to. Mbed TLS reads it as the key pair that it begins with.
struct EcContext {
    mbedtls_ecp_keypair pair;
    ExternalKey* owner;
};

void* alloc_ec() {
    auto* context = new (std::nothrow) EcContext{};
    if (context != nullptr) mbedtls_ecp_keypair_init(&context->pair);
    return context;
}

void free_ec(void* context) {
    mbedtls_ecp_keypair_free(&static_cast<EcContext*>(context)->pair);
    delete static_cast<EcContext*>(context);
}

#if MBEDTLS_VERSION_MAJOR >= 3
int sign_ec(mbedtls_pk_context* pk, mbedtls_md_type_t md, const unsigned char* hash, size_t hash_size, unsigned char* room,
            size_t room_size, size_t* size, int (* /*rng*/)(void*, unsigned char*, size_t), void* /*p_rng*/) {
    void* context = pk->MBEDTLS_PRIVATE(pk_ctx);
#else
int sign_ec(void* context, mbedtls_md_type_t md, const unsigned char* hash, size_t hash_size, unsigned char* room, size_t* size,
            int (* /*rng*/)(void*, unsigned char*, size_t), void* /*p_rng*/) {
    constexpr size_t room_size = MBEDTLS_PK_SIGNATURE_MAX_SIZE;
#endif
    return ExternalSigner::sign_ecdsa(*static_cast<EcContext*>(context)->owner, md, {hash, hash_size}, {room, room_size}, size);
}

int sign_rsa(void* owner, int (* /*rng*/)(void*, unsigned char*, size_t), void* /*p_rng*/,
#if MBEDTLS_VERSION_MAJOR < 3
             int /*mode*/,
#endif
             mbedtls_md_type_t md, unsigned hash_size, const unsigned char* hash, unsigned char* room) {
    ExternalKey& key = *static_cast<ExternalKey*>(owner);
    return ExternalSigner::sign_rsa(key, md, {hash, hash_size}, {room, ExternalSigner::modulus_size(key)});
}

size_t rsa_size(void* owner) { return ExternalSigner::modulus_size(*static_cast<ExternalKey*>(owner)); }

// Mbed TLS never decrypts with our keys: RSA key exchange is not among our suites.
int decrypt_rsa(void* /*owner*/,
#if MBEDTLS_VERSION_MAJOR < 3
                int /*mode*/,
#endif
                size_t* /*size*/, const unsigned char* /*input*/, unsigned char* /*output*/, size_t /*room*/) {
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

// The headers say which layout we were compiled for; this says whether the library in memory has it too.
Result<void> check_builtin(const mbedtls_pk_info_t* builtin) {
    if (mbedtls_version_get_number() >> 16U != MBEDTLS_VERSION_NUMBER >> 16U) {
        return denied("external key: this Mbed TLS is of another branch than its headers", mbedtls_version_get_number());
    }
    const bool known = builtin != nullptr && builtin->type == MBEDTLS_PK_ECKEY && builtin->name != nullptr &&
                       std::strcmp(builtin->name, "EC") == 0 && builtin->get_bitlen != nullptr && builtin->can_do != nullptr &&
                       builtin->can_do(MBEDTLS_PK_ECDSA) == 1 && builtin->can_do(MBEDTLS_PK_RSA) == 0 && builtin->verify_func != nullptr &&
                       builtin->sign_func != nullptr && builtin->decrypt_func == nullptr && builtin->encrypt_func == nullptr &&
                       builtin->check_pair_func != nullptr && builtin->ctx_alloc_func != nullptr && builtin->ctx_free_func != nullptr;
    if (!known) return denied("external key: the key table of this Mbed TLS is not the one we know");
    return {};
}

Result<mbedtls_pk_info_t> make_table() {
    const mbedtls_pk_info_t* builtin = mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY);
    ANCHOR_RETURN_IF_ERROR(check_builtin(builtin));
    mbedtls_pk_info_t table = *builtin;
    table.name = "EC_EXTERNAL";
    table.sign_func = sign_ec;
    table.ctx_alloc_func = alloc_ec;
    table.ctx_free_func = free_ec;
    return table;
}

const Result<mbedtls_pk_info_t>& table() {
    static const Result<mbedtls_pk_info_t> made = make_table();
    return made;
}

int setup_ec(mbedtls_pk_context* context, ExternalKey* owner, const PublicKey& key) {
    int code = mbedtls_pk_setup(context, &*table());
    if (code != 0) return code;
    auto& own = *static_cast<EcContext*>(context->MBEDTLS_PRIVATE(pk_ctx));
    own.owner = owner;
    mbedtls_ecp_group* group = &own.pair.MBEDTLS_PRIVATE(grp);
    code = mbedtls_ecp_group_load(group, group_id(key.algorithm()));
    if (code != 0) return code;
    return mbedtls_ecp_point_read_binary(group, &own.pair.MBEDTLS_PRIVATE(Q), key.key_bits().data(), key.key_bits().size());
}

// Signs through our table and verifies with the built-in one, through the very functions that TLS calls.
Result<void> sign_and_verify(mbedtls_pk_context* signer, const PublicKey& key) {
    Pk verifier;
    int code = mbedtls_pk_parse_public_key(verifier.get(), key.spki().data(), key.spki().size());
    if (code != 0) return from_mbedtls("external key: self-test", code);

    const Digest digest = hash(HashAlg::Sha256, as_bytes("self-test"));
    std::array<std::uint8_t, MBEDTLS_PK_SIGNATURE_MAX_SIZE> signature{};
    std::size_t size = 0;
#if MBEDTLS_VERSION_MAJOR >= 3
    code = mbedtls_pk_sign(signer, MBEDTLS_MD_SHA256, digest.view().data(), digest.size(), signature.data(), signature.size(), &size, rng,
                           nullptr);
#else
    code = mbedtls_pk_sign(signer, MBEDTLS_MD_SHA256, digest.view().data(), digest.size(), signature.data(), &size, rng, nullptr);
#endif
    if (code == 0) code = mbedtls_pk_verify(verifier.get(), MBEDTLS_MD_SHA256, digest.view().data(), digest.size(), signature.data(), size);
    if (code != 0) return from_mbedtls("external key: self-test", code);
    return {};
}

}  // namespace

ExternalKey::ExternalKey(DeviceKey& key) : key_(key), context_() { mbedtls_pk_init(&context_); }
ExternalKey::~ExternalKey() { mbedtls_pk_free(&context_); }

std::optional<Error> ExternalKey::take_signer_error() noexcept { return std::exchange(signer_error_, std::nullopt); }

Result<std::unique_ptr<ExternalKey>> ExternalSigner::make_untested(DeviceKey& key) {
    start_library();
    if (!table()) return table().error();
    ANCHOR_ASSIGN_OR_RETURN(const PublicKey public_key, PublicKey::from_spki(key.public_key()));
    if (public_key.algorithm() != key.algorithm()) return rejected("external key: algorithm is not that of its public key");

    std::unique_ptr<ExternalKey> made(new ExternalKey(key));
    const int code = is_elliptic(key.algorithm())
                         ? setup_ec(&made->context_, made.get(), public_key)
                         : mbedtls_pk_setup_rsa_alt(&made->context_, made.get(), decrypt_rsa, crypto::sign_rsa, rsa_size);
    if (code != 0) return from_mbedtls("external key", code);
    return made;
}

Result<void> ExternalSigner::self_test() {
    ANCHOR_ASSIGN_OR_RETURN(SoftwareKey key, SoftwareKey::generate(KeyAlg::EcP256));
    ANCHOR_ASSIGN_OR_RETURN(const auto external, make_untested(key));
    auto passed = sign_and_verify(external->context(), key.public_value());
    if (!passed) return denied(passed.error().what, passed.error().native);
    return {};
}

Result<std::unique_ptr<ExternalKey>> ExternalKey::make(DeviceKey& key) {
    static const Result<void> tested = ExternalSigner::self_test();
    if (!tested) return tested.error();
    return ExternalSigner::make_untested(key);
}

}  // namespace anchor::crypto
