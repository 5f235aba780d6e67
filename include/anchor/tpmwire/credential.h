// SPDX-License-Identifier: Apache-2.0
#pragma once

// MakeCredential in software (TPM 2.0 Part 1 §24; Part 3 §12.6): a secret that only the TPM with that endorsement
// key can read, and only while it holds an object with that Name. The registry's side; no TPM needed.

#include <anchor/base/secret_bytes.h>
#include <anchor/crypto/private_key.h>
#include <anchor/tpmwire/public_area.h>

namespace anchor::tpmwire {

struct Credential {
    Bytes id_object;         ///< TPM2B_ID_OBJECT, Part 2 §12.4.3
    Bytes encrypted_secret;  ///< TPM2B_ENCRYPTED_SECRET, Part 2 §11.4.3
};

/// A credential for the EK and the object (AK) with that Name. Fresh randomness every time. Rejected: the area is not
/// that of a storage key with a valid public key, the secret is empty or longer than the EK's nameAlg digest
/// (Part 3 §12.6.1), the Name is not well formed. Unavailable: no usable
/// ephemeral key, which does not happen by chance.
[[nodiscard]] Result<Credential> make_credential(const PublicArea& ek, ByteView object_name, const SecretBytes& secret);

/// What TPM2_ActivateCredential does (Part 3 §12.5), with an EK in software: for a device that stands in for one with a TPM.
/// Rejected: another EK, another Name, or octets that were changed.
[[nodiscard]] Result<SecretBytes> activate_credential(const PublicArea& ek, const crypto::SoftwareKey& key, ByteView object_name,
                                                      const Credential& credential);

/// The file format of tpm2_makecredential and tpm2_activatecredential: magic 0xBADCC0DE, version 1, then both structures.
[[nodiscard]] Bytes to_tools_file(const Credential& credential);
/// Reads that file. Rejected: another magic or version, leftovers.
[[nodiscard]] Result<Credential> from_tools_file(ByteView file);

}  // namespace anchor::tpmwire
