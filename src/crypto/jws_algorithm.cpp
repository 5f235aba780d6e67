// SPDX-License-Identifier: Apache-2.0
#include "jws_algorithm.h"

#include <anchor/crypto/hash.h>

namespace anchor::crypto {
namespace {

struct Row {
    std::string_view name;
    HashAlg hash;
    SignatureScheme scheme;
};

constexpr Row kEs256{"ES256", HashAlg::Sha256, SignatureScheme::Ecdsa};
constexpr Row kEs384{"ES384", HashAlg::Sha384, SignatureScheme::Ecdsa};
constexpr Row kRs256{"RS256", HashAlg::Sha256, SignatureScheme::RsaPkcs1};

const Row& row_of(KeyAlg alg) noexcept {
    switch (alg) {
        case KeyAlg::EcP256: return kEs256;
        case KeyAlg::EcP384: return kEs384;
        case KeyAlg::Rsa2048:
        case KeyAlg::Rsa3072:
        case KeyAlg::Rsa4096: break;
    }
    return kRs256;
}

Digest digest_of(const Row& row, std::string_view protected_text, std::string_view payload_text) {
    return hash(row.hash, {as_bytes(protected_text), as_bytes("."), as_bytes(payload_text)});
}

}  // namespace

std::string_view jws_algorithm(KeyAlg alg) noexcept { return row_of(alg).name; }

bool is_jws_algorithm(std::string_view name) noexcept { return name == kEs256.name || name == kEs384.name || name == kRs256.name; }

Result<Bytes> sign_jws_input(DeviceKey& key, std::string_view protected_text, std::string_view payload_text) {
    const Row& row = row_of(key.algorithm());
    return key.sign(row.scheme, digest_of(row, protected_text, payload_text));
}

Result<void> verify_jws_input(const PublicKey& key, std::string_view protected_text, std::string_view payload_text, ByteView signature) {
    const Row& row = row_of(key.algorithm());
    return key.verify(row.scheme, digest_of(row, protected_text, payload_text), signature);
}

}  // namespace anchor::crypto
