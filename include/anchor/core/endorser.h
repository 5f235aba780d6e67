// SPDX-License-Identifier: Apache-2.0
#pragma once

// Endorser: what an endorsement key can do, which is to prove that two keys live in the same TPM and that
// its maker vouches for it (TCG EK Credential Profile; TPM 2.0 Part 1 §24).

#include <vector>

#include <anchor/base/result.h>
#include <anchor/base/secret_bytes.h>

namespace anchor {

struct Endorsement {
    Bytes public_area;                 ///< TPMT_PUBLIC of the EK, marshalled
    Bytes certificate;                 ///< X.509 DER from the TPM's NV memory; empty where there is none
    std::vector<Bytes> intermediates;  ///< X.509 DER, where the TPM keeps its maker's chain
};

class Endorser {
public:
    virtual ~Endorser() = default;

    [[nodiscard]] virtual Result<Endorsement> endorsement() = 0;
    /// TPM2_ActivateCredential (Part 3 §12.5): the secret, if the credential was made for this EK and for the
    /// Name of this device's AK. `credential` is TPM2B_ID_OBJECT, `secret` is TPM2B_ENCRYPTED_SECRET, marshalled.
    /// Rejected: made for another EK or AK.
    [[nodiscard]] virtual Result<SecretBytes> activate_credential(ByteView credential, ByteView secret) = 0;
};

}  // namespace anchor
