// SPDX-License-Identifier: Apache-2.0
#pragma once

// SoftwareKey: a DeviceKey in this process's memory, for authorities, tests, and devices without a TPM. It is as
// safe as the memory and the file it came from; claims say so (identity.hardware_bound).

#include <memory>
#include <string_view>

#include <anchor/base/secret_bytes.h>
#include <anchor/core/device_key.h>
#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

class SoftwareKey final : public DeviceKey {
public:
    /// A new key. RSA takes seconds.
    [[nodiscard]] static Result<SoftwareKey> generate(KeyAlg alg);
    /// Reads one private key, PEM or DER: PKCS#8 (RFC 5958), SEC 1 (RFC 5915) or PKCS#1; an encrypted one needs its
    /// pass phrase and a cipher that Mbed TLS knows there: triple DES on both branches, AES (PBES2) on 3.6 alone.
    /// Rejected: anything else, a wrong or missing pass phrase, an algorithm outside KeyAlg, a private part that does
    /// not belong to the public one, more than 16 KiB.
    [[nodiscard]] static Result<SoftwareKey> parse(ByteView pem_or_der, ByteView pass_phrase = {});

    SoftwareKey(SoftwareKey&&) noexcept;
    SoftwareKey& operator=(SoftwareKey&&) noexcept;
    ~SoftwareKey() override;

    [[nodiscard]] KeyAlg algorithm() const noexcept override { return public_.algorithm(); }
    [[nodiscard]] ByteView public_key() const noexcept override { return public_.spki(); }
    [[nodiscard]] const PublicKey& public_value() const noexcept { return public_; }
    /// ECDSA is deterministic (RFC 6979): a weak generator can't leak the key. SHA-1 is refused (Rejected).
    [[nodiscard]] Result<Bytes> sign(SignatureScheme scheme, const Digest& digest) override;

    /// The key as an unencrypted PKCS#8 "PRIVATE KEY" block. Only for a file with mode 0600 or a wrapped store.
    [[nodiscard]] SecretBytes to_pkcs8_pem() const;

    /// The private key for the other files of this module; nothing outside can name its type.
    struct State;
    [[nodiscard]] State& state() const noexcept { return *state_; }

private:
    SoftwareKey(std::unique_ptr<State> state, PublicKey public_key);

    std::unique_ptr<State> state_;
    PublicKey public_;
};

}  // namespace anchor::crypto
