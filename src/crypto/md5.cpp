// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/md5.h>

#include <cstdlib>

#include <mbedtls/md5.h>
#include <mbedtls/version.h>

namespace anchor::crypto {
namespace {

void must(int code) {
    if (code != 0) std::abort();
}

}  // namespace

#if MBEDTLS_VERSION_MAJOR >= 3
#define ANCHOR_MBEDTLS_MD5(name) mbedtls_md5_##name
#else
#define ANCHOR_MBEDTLS_MD5(name) mbedtls_md5_##name##_ret
#endif

struct Md5::State {
    State() {
        mbedtls_md5_init(&context);
        must(ANCHOR_MBEDTLS_MD5(starts)(&context));
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { mbedtls_md5_free(&context); }
    mbedtls_md5_context context;
};

Md5::Md5() : state_(std::make_unique<State>()) {}
Md5::~Md5() = default;

void Md5::update(ByteView octets) {
    if (!octets.empty()) must(ANCHOR_MBEDTLS_MD5(update)(&state_->context, octets.data(), octets.size()));
}

std::array<std::uint8_t, 16> Md5::finish() {
    std::array<std::uint8_t, 16> octets{};
    must(ANCHOR_MBEDTLS_MD5(finish)(&state_->context, octets.data()));
    return octets;
}

#undef ANCHOR_MBEDTLS_MD5

}  // namespace anchor::crypto
