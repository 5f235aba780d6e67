// SPDX-License-Identifier: Apache-2.0
#pragma once

// The commands on keys (TPM 2.0 Part 3 §12, §18, §24, §28), one function each. Keys whose password these use
// have an empty one. Errors as Channel::issue() tells them, except where a line says more.

#include <optional>

#include <anchor/core/key_forge.h>
#include <anchor/tpmwire/public_area.h>

#include "handles.h"
#include "session.h"

namespace anchor::tpm {

struct PrimaryKey {
    TransientHandle handle;
    Bytes public_area;  ///< TPMT_PUBLIC
};

/// TPM2_CreatePrimary under ESYS_TR_RH_OWNER or ESYS_TR_RH_ENDORSEMENT: the same template gives the same key.
[[nodiscard]] Result<PrimaryKey> create_primary(Channel& channel, ESYS_TR hierarchy, const tpmwire::PublicArea& model);
/// TPM2_Create, authorised and encrypted by the salted session.
[[nodiscard]] Result<KeyBlob> create(Channel& channel, ObjectRef parent, const Session& salted, const tpmwire::PublicArea& model);
/// TPM2_Load. Corrupt: the blob does not belong to that parent, or was changed.
[[nodiscard]] Result<TransientHandle> load(Channel& channel, ObjectRef parent, const KeyBlob& blob);
/// TPM2_LoadExternal of a public key, for checking signatures.
[[nodiscard]] Result<TransientHandle> load_public(Channel& channel, const tpmwire::PublicArea& area);
/// A key at a persistent handle, with its TPMT_PUBLIC; nothing where there is none.
struct PersistentKey {
    PersistentRef handle;
    Bytes public_area;
};
[[nodiscard]] Result<std::optional<PersistentKey>> find_persistent(Channel& channel, TPM2_HANDLE handle);

/// TPM2_ContextSave and TPM2_ContextLoad: a key put aside outside the TPM, good until its next reset.
[[nodiscard]] Result<TPMS_CONTEXT> save(Channel& channel, const TransientHandle& key);
[[nodiscard]] Result<TransientHandle> load_saved(Channel& channel, const TPMS_CONTEXT& saved);

[[nodiscard]] Result<Attestation> quote(Channel& channel, ObjectRef ak, const std::vector<PcrSelection>& selections, ByteView extra_data);
[[nodiscard]] Result<Attestation> certify(Channel& channel, ObjectRef object, ObjectRef ak, ByteView extra_data);
[[nodiscard]] Result<Attestation> get_time(Channel& channel, ObjectRef ak, ByteView extra_data);

/// TPM2_ActivateCredential; the salted session is the AK's authorisation and encrypts the secret on its way out, the other is
/// start_endorsement()'s.
[[nodiscard]] Result<SecretBytes> activate_credential(Channel& channel, ObjectRef ak, const Session& salted, ObjectRef ek,
                                                      const Session& endorsement, ByteView credential, ByteView secret);

}  // namespace anchor::tpm
