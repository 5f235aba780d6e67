// SPDX-License-Identifier: Apache-2.0
#pragma once

// RootOfTrust: where a device's keys come from. A TPM, or the software store of a device that has none; who enrols a device
// does not care which, and every claim says which.

#include <memory>
#include <string>

#include <anchor/core/endorser.h>
#include <anchor/core/key_forge.h>
#include <anchor/core/quoter.h>

namespace anchor {

/// What has to be remembered to find the same keys again.
struct RootState {
    KeyBlob ak;                       ///< empty without a TPM
    std::string endorsement_profile;  ///< which EK the device id hangs on
    Bytes storage_root_name;          ///< by which a cleared or swapped TPM is noticed
};

/// The capabilities of one enrolment. Without a TPM there is no quoter and no endorser.
struct Keyring {
    std::unique_ptr<Quoter> quoter;
    std::unique_ptr<Endorser> endorser;
    std::unique_ptr<KeyForge> forge;
};

class RootOfTrust {
public:
    virtual ~RootOfTrust() = default;

    /// Makes a new attestation key and pins what it hangs on: an enrolment begins. Slow. Unavailable: the TPM is not there.
    [[nodiscard]] virtual Result<RootState> renew() = 0;
    /// The capabilities behind a stored state. Stale: the TPM was cleared or is another one: enrol again.
    [[nodiscard]] virtual Result<Keyring> open(const RootState& state) = 0;
};

}  // namespace anchor
