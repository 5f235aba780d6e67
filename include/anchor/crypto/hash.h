// SPDX-License-Identifier: Apache-2.0
#pragma once

// Hashing and keyed hashing (FIPS 180-4, RFC 2104). Pure: octets in, values out. SHA-1 is here because PCR
// banks and event logs still are; nothing in this project relies on it alone.

#include <initializer_list>
#include <memory>

#include <anchor/base/bytes.h>
#include <anchor/base/secret_bytes.h>
#include <anchor/core/digest.h>

namespace anchor::crypto {

/// The digest of the parts, one after the other.
[[nodiscard]] Digest hash(HashAlg alg, ByteView octets);
[[nodiscard]] Digest hash(HashAlg alg, std::initializer_list<ByteView> parts);

/// A digest computed piece by piece, for what does not fit into memory or comes in parts.
class Hasher {
public:
    explicit Hasher(HashAlg alg);
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    void update(ByteView octets);
    /// The digest of all so far; the hasher begins anew.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// HMAC with that hash, RFC 2104.
[[nodiscard]] Digest hmac(HashAlg alg, ByteView key, std::initializer_list<ByteView> parts);

/// PCR extend: hash(alg, old ‖ event), TPM 2.0 Part 1 §17.2. Both digests are of the PCR's bank.
[[nodiscard]] Digest extend(const Digest& pcr, const Digest& event);

}  // namespace anchor::crypto
