// SPDX-License-Identifier: Apache-2.0

// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012; its authors' siphash.c), with one key for all tables. It is no secret, and need
// not be one: docs/adr/0024-a-path-key-needs-no-sha-256.md.

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include <anchor/measure/ima_table.h>

namespace anchor::measure {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
// The octets 0 to 15: the key of the authors' own test vectors.
constexpr std::uint64_t kKeyLow = 0x0706050403020100ULL;
constexpr std::uint64_t kKeyHigh = 0x0f0e0d0c0b0a0908ULL;

std::uint64_t little_endian(std::uint64_t value) noexcept {
    return std::endian::native == std::endian::little ? value : __builtin_bswap64(value);
}

std::uint64_t word_at(const char* octets, std::size_t count) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, octets, count);
    return little_endian(value);
}

struct SipState {
    std::uint64_t v0 = 0x736f6d6570736575ULL ^ kKeyLow;
    std::uint64_t v1 = 0x646f72616e646f6dULL ^ kKeyHigh ^ 0xeeU;
    std::uint64_t v2 = 0x6c7967656e657261ULL ^ kKeyLow;
    std::uint64_t v3 = 0x7465646279746573ULL ^ kKeyHigh;

    void round() noexcept {
        v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
        v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
    }
    void take(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
    std::uint64_t finish() noexcept {
        for (int i = 0; i < 4; ++i) round();
        return little_endian(v0 ^ v1 ^ v2 ^ v3);
    }
};

std::array<std::uint8_t, kImaPathKey> sip_hash(std::string_view text) noexcept {
    SipState state;
    const std::size_t whole = text.size() / kWord * kWord;
    for (std::size_t at = 0; at < whole; at += kWord) state.take(word_at(text.data() + at, kWord));
    state.take(word_at(text.data() + whole, text.size() - whole) | std::uint64_t{text.size()} << 56U);
    state.v2 ^= 0xeeU;
    const std::uint64_t low = state.finish();
    state.v1 ^= 0xddU;
    const std::uint64_t high = state.finish();
    std::array<std::uint8_t, kImaPathKey> key{};
    std::memcpy(key.data(), &low, kWord);
    std::memcpy(key.data() + kWord, &high, kWord);
    return key;
}

}  // namespace

std::array<std::uint8_t, kImaPathKey> ima_path_key(std::string_view path) noexcept {
    if (path.find(' ') == std::string_view::npos) return sip_hash(path);
    std::string spelled(path);
    std::ranges::replace(spelled, ' ', '_');
    return sip_hash(spelled);
}

}  // namespace anchor::measure
