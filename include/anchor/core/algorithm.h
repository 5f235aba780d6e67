// SPDX-License-Identifier: Apache-2.0
#pragma once

// The algorithms this project speaks, by the names of the TCG and IANA registries. A new one is added
// here first; whatever switches over these enums then fails to compile until it knows the new one.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace anchor {

/// Digest algorithms, in rising strength. SHA-1 is for old PCR banks and logs only: it never proves anything alone.
enum class HashAlg : std::uint8_t { Sha1, Sha256, Sha384, Sha512 };

inline constexpr std::size_t kMaxDigestSize = 64;

[[nodiscard]] constexpr std::size_t digest_size(HashAlg alg) noexcept {
    switch (alg) {
        case HashAlg::Sha1: return 20;
        case HashAlg::Sha256: return 32;
        case HashAlg::Sha384: return 48;
        case HashAlg::Sha512: return 64;
    }
    return 0;
}

/// "sha1", "sha256", "sha384", "sha512".
[[nodiscard]] std::string_view to_string(HashAlg alg) noexcept;
[[nodiscard]] std::optional<HashAlg> hash_alg_from(std::string_view name) noexcept;

/// TCG Algorithm Registry, table 3 (TPM_ALG_ID).
[[nodiscard]] std::uint16_t tpm_alg_id(HashAlg alg) noexcept;
[[nodiscard]] std::optional<HashAlg> hash_alg_from_tpm(std::uint16_t id) noexcept;

/// Asymmetric keys: type and strength in one.
enum class KeyAlg : std::uint8_t { EcP256, EcP384, Rsa2048, Rsa3072, Rsa4096 };

/// "ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096".
[[nodiscard]] std::string_view to_string(KeyAlg alg) noexcept;
[[nodiscard]] std::optional<KeyAlg> key_alg_from(std::string_view name) noexcept;
[[nodiscard]] constexpr bool is_elliptic(KeyAlg alg) noexcept { return alg == KeyAlg::EcP256 || alg == KeyAlg::EcP384; }

/// How a key signs a digest.
enum class SignatureScheme : std::uint8_t {
    Ecdsa,     ///< FIPS 186-5; the signature is r ‖ s, each as long as the field (the form of RFC 7518 §3.4)
    RsaPkcs1,  ///< RSASSA-PKCS1-v1_5, RFC 8017 §8.2
    RsaPss,    ///< RSASSA-PSS, RFC 8017 §8.1, MGF1 and salt of the digest's algorithm and length
};

}  // namespace anchor
