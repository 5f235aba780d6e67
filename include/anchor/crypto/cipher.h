// SPDX-License-Identifier: Apache-2.0
#pragma once

// The encryption that protects a TPM credential on its way (TPM 2.0 Part 1 §24 and annexes B and C): AES in CFB mode,
// RSA-OAEP and elliptic Diffie-Hellman. None of it authenticates: whoever uses it adds the HMAC that the TPM expects.

#include <anchor/base/secret_bytes.h>
#include <anchor/crypto/private_key.h>
#include <anchor/crypto/public_key.h>

namespace anchor::crypto {

/// AES-CFB with full-block feedback (NIST SP 800-38A §6.3). The key has 16 or 32 octets, the initialisation vector 16;
/// the result is as long as the input. Rejected: other lengths.
[[nodiscard]] Result<Bytes> aes_cfb_encrypt(const SecretBytes& key, ByteView iv, ByteView plain);
[[nodiscard]] Result<SecretBytes> aes_cfb_decrypt(const SecretBytes& key, ByteView iv, ByteView cipher);

/// RSAES-OAEP (RFC 8017 §7.1.1), MGF1 with the same hash. The label goes in as it is: a TPM's labels end with a zero
/// octet that belongs to them. Rejected: no RSA key, or a message too long for it.
[[nodiscard]] Result<Bytes> rsa_oaep_encrypt(const PublicKey& recipient, HashAlg hash, ByteView label, const SecretBytes& message);

/// Its inverse. Rejected, always with the same words: no RSA key, another label, hash or key, changed octets.
[[nodiscard]] Result<SecretBytes> rsa_oaep_decrypt(const SoftwareKey& own, HashAlg hash, ByteView label, ByteView encrypted);

/// The sender's half of one-pass Diffie-Hellman (NIST SP 800-56A §6.2.2.2).
struct EphemeralShare {
    PublicKey ephemeral;   ///< a key made for this one use; its private part is already gone
    SecretBytes shared_x;  ///< x-coordinate of the shared point, as long as the field
};
/// Rejected: the peer's key is not elliptic.
[[nodiscard]] Result<EphemeralShare> ecdh_ephemeral(const PublicKey& peer);
/// The recipient's half, with a key of our own. Rejected: the keys are not on one curve.
[[nodiscard]] Result<SecretBytes> ecdh_shared_x(const SoftwareKey& own, const PublicKey& peer);

}  // namespace anchor::crypto
