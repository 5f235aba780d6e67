// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/hash.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>

namespace anchor::crypto {
namespace {

// The contexts are used directly, not through mbedtls_md: that one allocates for every digest, and an IMA list
// asks for millions. Failing here means a broken library or a missing alternative implementation: an invariant.
void must(int code) {
    if (code != 0) std::abort();
}

#if MBEDTLS_VERSION_MAJOR >= 3
#define ANCHOR_MBEDTLS_HASH(name) mbedtls_##name
#else
#define ANCHOR_MBEDTLS_HASH(name) mbedtls_##name##_ret
#endif

class Engine {
public:
    explicit Engine(HashAlg alg) : alg_(alg) {
        switch (alg_) {
            case HashAlg::Sha1: mbedtls_sha1_init(&context_.sha1); break;
            case HashAlg::Sha256: mbedtls_sha256_init(&context_.sha256); break;
            case HashAlg::Sha384:
            case HashAlg::Sha512: mbedtls_sha512_init(&context_.sha512); break;
        }
        start();
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() {
        switch (alg_) {
            case HashAlg::Sha1: mbedtls_sha1_free(&context_.sha1); break;
            case HashAlg::Sha256: mbedtls_sha256_free(&context_.sha256); break;
            case HashAlg::Sha384:
            case HashAlg::Sha512: mbedtls_sha512_free(&context_.sha512); break;
        }
    }

    void start() {
        switch (alg_) {
            case HashAlg::Sha1: must(ANCHOR_MBEDTLS_HASH(sha1_starts)(&context_.sha1)); break;
            case HashAlg::Sha256: must(ANCHOR_MBEDTLS_HASH(sha256_starts)(&context_.sha256, 0)); break;
            case HashAlg::Sha384: must(ANCHOR_MBEDTLS_HASH(sha512_starts)(&context_.sha512, 1)); break;
            case HashAlg::Sha512: must(ANCHOR_MBEDTLS_HASH(sha512_starts)(&context_.sha512, 0)); break;
        }
    }

    void update(ByteView octets) {
        if (octets.empty()) return;
        switch (alg_) {
            case HashAlg::Sha1: must(ANCHOR_MBEDTLS_HASH(sha1_update)(&context_.sha1, octets.data(), octets.size())); break;
            case HashAlg::Sha256: must(ANCHOR_MBEDTLS_HASH(sha256_update)(&context_.sha256, octets.data(), octets.size())); break;
            case HashAlg::Sha384:
            case HashAlg::Sha512: must(ANCHOR_MBEDTLS_HASH(sha512_update)(&context_.sha512, octets.data(), octets.size())); break;
        }
    }

    Digest finish() {
        // SHA-384 is written as 64 octets by Mbed TLS 2.28, so the room is always that of the longest.
        std::array<std::uint8_t, kMaxDigestSize> octets{};
        switch (alg_) {
            case HashAlg::Sha1: must(ANCHOR_MBEDTLS_HASH(sha1_finish)(&context_.sha1, octets.data())); break;
            case HashAlg::Sha256: must(ANCHOR_MBEDTLS_HASH(sha256_finish)(&context_.sha256, octets.data())); break;
            case HashAlg::Sha384:
            case HashAlg::Sha512: must(ANCHOR_MBEDTLS_HASH(sha512_finish)(&context_.sha512, octets.data())); break;
        }
        Digest digest(alg_);
        std::copy_n(octets.begin(), digest.size(), digest.writable().begin());
        return digest;
    }

    [[nodiscard]] HashAlg alg() const { return alg_; }

private:
    union Context {
        mbedtls_sha1_context sha1;
        mbedtls_sha256_context sha256;
        mbedtls_sha512_context sha512;
    };
    HashAlg alg_;
    Context context_{};
};

#undef ANCHOR_MBEDTLS_HASH

std::size_t block_size(HashAlg alg) { return alg == HashAlg::Sha384 || alg == HashAlg::Sha512 ? 128 : 64; }

}  // namespace

struct Hasher::State : Engine {
    using Engine::Engine;
};

Hasher::Hasher(HashAlg alg) : state_(std::make_unique<State>(alg)) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(ByteView octets) { state_->update(octets); }

Digest Hasher::finish() {
    Digest digest = state_->finish();
    state_->start();
    return digest;
}

Digest hash(HashAlg alg, ByteView octets) { return hash(alg, {octets}); }

Digest hash(HashAlg alg, std::initializer_list<ByteView> parts) {
    Engine engine(alg);
    for (const ByteView part : parts) engine.update(part);
    return engine.finish();
}

Digest hmac(HashAlg alg, ByteView key, std::initializer_list<ByteView> parts) {
    SecretBytes block(block_size(alg));
    const Digest shortened = key.size() > block.size() ? hash(alg, key) : Digest(alg);
    std::ranges::copy(key.size() > block.size() ? shortened.view() : key, block.writable().begin());

    for (std::uint8_t& octet : block.writable()) octet ^= 0x36U;
    Engine inner(alg);
    inner.update(block.view());
    for (const ByteView part : parts) inner.update(part);
    const Digest inner_digest = inner.finish();

    for (std::uint8_t& octet : block.writable()) octet ^= 0x36U ^ 0x5cU;
    return hash(alg, {block.view(), inner_digest.view()});
}

Digest extend(const Digest& pcr, const Digest& event) { return hash(pcr.alg(), {pcr.view(), event.view()}); }

}  // namespace anchor::crypto
