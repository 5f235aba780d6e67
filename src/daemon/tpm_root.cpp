// SPDX-License-Identifier: Apache-2.0
#include "tpm_root.h"

#include <anchor/tpm/esys_endorser.h>
#include <anchor/tpm/esys_key_forge.h>
#include <anchor/tpm/esys_quoter.h>

namespace anchor::daemon {

Result<RootState> TpmRoot::renew() {
    // The TPM may have been cleared or replaced since the last enrolment: the storage root that answers now is the one.
    device_->pin_storage_root(std::nullopt);
    RootState state;
    ANCHOR_ASSIGN_OR_RETURN(state.storage_root_name, device_->storage_root_name());
    ANCHOR_ASSIGN_OR_RETURN(state.ak, tpm::make_attestation_key(*device_, ak_alg_));
    ANCHOR_ASSIGN_OR_RETURN(const auto endorser, tpm::EsysEndorser::open(device_, state.ak.clone(), endorsement_profile_));
    state.endorsement_profile = endorser->profile();
    return state;
}

Result<Keyring> TpmRoot::open(const RootState& state) {
    if (state.ak.public_area.empty()) {
        return corrupt("the stored identity was made without a TPM, and this device is configured to have one");
    }
    device_->pin_storage_root(state.storage_root_name);
    // Asked first: a cleared TPM still has the same endorsement key, and would otherwise show only when a key is used.
    ANCHOR_RETURN_IF_ERROR(device_->storage_root_name());
    Keyring keyring;
    ANCHOR_ASSIGN_OR_RETURN(keyring.quoter, tpm::EsysQuoter::from(device_, state.ak.clone()));
    ANCHOR_ASSIGN_OR_RETURN(keyring.endorser, tpm::EsysEndorser::open(device_, state.ak.clone(), state.endorsement_profile));
    keyring.forge = std::make_unique<tpm::EsysKeyForge>(device_, state.ak.clone());
    return keyring;
}

}  // namespace anchor::daemon
