// SPDX-License-Identifier: Apache-2.0
#include <anchor/core/algorithm.h>

#include <array>
#include <utility>

namespace anchor {
namespace {

struct HashRow {
    HashAlg alg;
    std::string_view name;
    std::uint16_t tpm_id;
};

constexpr std::array kHashes = {
    HashRow{HashAlg::Sha1, "sha1", 0x0004},
    HashRow{HashAlg::Sha256, "sha256", 0x000B},
    HashRow{HashAlg::Sha384, "sha384", 0x000C},
    HashRow{HashAlg::Sha512, "sha512", 0x000D},
};

constexpr std::array kKeys = {
    std::pair{KeyAlg::EcP256, std::string_view("ec-p256")},   std::pair{KeyAlg::EcP384, std::string_view("ec-p384")},
    std::pair{KeyAlg::Rsa2048, std::string_view("rsa-2048")}, std::pair{KeyAlg::Rsa3072, std::string_view("rsa-3072")},
    std::pair{KeyAlg::Rsa4096, std::string_view("rsa-4096")},
};

}  // namespace

std::string_view to_string(HashAlg alg) noexcept { return kHashes[static_cast<std::size_t>(alg)].name; }

std::optional<HashAlg> hash_alg_from(std::string_view name) noexcept {
    for (const HashRow& row : kHashes) {
        if (row.name == name) return row.alg;
    }
    return std::nullopt;
}

std::uint16_t tpm_alg_id(HashAlg alg) noexcept { return kHashes[static_cast<std::size_t>(alg)].tpm_id; }

std::optional<HashAlg> hash_alg_from_tpm(std::uint16_t id) noexcept {
    for (const HashRow& row : kHashes) {
        if (row.tpm_id == id) return row.alg;
    }
    return std::nullopt;
}

std::string_view to_string(KeyAlg alg) noexcept { return kKeys[static_cast<std::size_t>(alg)].second; }

std::optional<KeyAlg> key_alg_from(std::string_view name) noexcept {
    for (const auto& [alg, spelling] : kKeys) {
        if (spelling == name) return alg;
    }
    return std::nullopt;
}

}  // namespace anchor
