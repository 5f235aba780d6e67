// SPDX-License-Identifier: Apache-2.0
#include <anchor/crypto/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include <sys/random.h>

#include "rng.h"

namespace anchor::crypto {
namespace {

int from_kernel(void* /*unused*/, unsigned char* out, std::size_t size) {
    while (size > 0) {
        const ssize_t got = getrandom(out, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
        out += got;
        size -= static_cast<std::size_t>(got);
    }
    return 0;
}

void must(int code) {
    if (code != 0) std::abort();
}

class Generator {
public:
    Generator() {
        mbedtls_ctr_drbg_init(&drbg_);
        must(mbedtls_ctr_drbg_seed(&drbg_, from_kernel, nullptr, nullptr, 0));
        // Every request draws fresh entropy: it costs a microsecond, and a forked child or a resumed snapshot of a
        // virtual machine never repeats what the other one said.
        mbedtls_ctr_drbg_set_prediction_resistance(&drbg_, MBEDTLS_CTR_DRBG_PR_ON);
    }
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;
    ~Generator() = delete;  // lives as long as the process, also for threads that outlive main()

    void fill(std::span<std::uint8_t> octets) {
        const std::lock_guard lock(mutex_);
        while (!octets.empty()) {
            const auto part = octets.first(std::min<std::size_t>(octets.size(), MBEDTLS_CTR_DRBG_MAX_REQUEST));
            must(mbedtls_ctr_drbg_random(&drbg_, part.data(), part.size()));
            octets = octets.subspan(part.size());
        }
    }

private:
    std::mutex mutex_;
    mbedtls_ctr_drbg_context drbg_{};
};

}  // namespace

void fill_random(std::span<std::uint8_t> octets) {
    static Generator& generator = *new Generator;
    generator.fill(octets);
}

Bytes random_octets(std::size_t size) {
    Bytes octets(size);
    fill_random(octets);
    return octets;
}

SecretBytes random_secret(std::size_t size) {
    SecretBytes octets(size);
    fill_random(octets.writable());
    return octets;
}

int rng(void* /*unused*/, unsigned char* out, std::size_t size) {
    fill_random({out, size});
    return 0;
}

void start_library() {
#if MBEDTLS_VERSION_MAJOR >= 3
    static const bool started = [] {
        must(psa_crypto_init() == PSA_SUCCESS ? 0 : -1);
        return true;
    }();
    static_cast<void>(started);
#endif
}

}  // namespace anchor::crypto
