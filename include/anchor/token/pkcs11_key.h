// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pkcs11Key: a DeviceKey in a token or HSM: for the authority's keys, which nobody should be able to copy. The token is trusted to
// keep the key; what it signs is checked here before it is used.

#include <memory>

#include <anchor/base/secret_bytes.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/public_key.h>
#include <anchor/token/pkcs11_uri.h>

namespace anchor::token {

class Pkcs11Module;

class Pkcs11Key final : public DeviceKey {
public:
    /// Opens the token's library, logs in, and finds the key and the public key beside it. The PIN is kept for keys that want it at
    /// every signature. Denied: no such library, token or key; PIN wrong. Rejected: a key of an algorithm outside KeyAlg.
    /// Unavailable: the token fails.
    [[nodiscard]] static Result<std::shared_ptr<Pkcs11Key>> open(const Pkcs11Uri& uri, SecretBytes pin);
    ~Pkcs11Key() override;

    [[nodiscard]] KeyAlg algorithm() const noexcept override { return public_.algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return public_.spki(); }
    /// Ecdsa and RsaPkcs1. As the port says; Unavailable also where the token gives a signature that is wrong.
    [[nodiscard]] Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override;

private:
    Pkcs11Key(std::unique_ptr<Pkcs11Module> module, unsigned long private_key, crypto::PublicKey public_key, SecretBytes pin);

    std::unique_ptr<Pkcs11Module> module_;
    unsigned long private_;
    crypto::PublicKey public_;
    SecretBytes pin_;
    bool asks_each_time_ = false;
};

}  // namespace anchor::token
