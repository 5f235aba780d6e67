// SPDX-License-Identifier: Apache-2.0
#pragma once

// The checks of enroll.begin and of rotate, each on foreign octets: is the EK one that somebody vouches for, and do AK, LDevID and
// request hang on each other as they must.

#include <anchor/protocol/enrollment.h>
#include <anchor/protocol/rotation.h>
#include <anchor/registry/settings.h>
#include <anchor/registry/store.h>
#include <anchor/tpmwire/public_area.h>

namespace anchor::registry {

/// The keys of a stranger, each checked, none yet proven to be in a TPM: that is what the credential is for.
struct CheckedKeys {
    DeviceId device;
    std::optional<tpmwire::PublicArea> ek;  ///< nothing without a TPM
    std::optional<tpmwire::PublicArea> ak;
    crypto::PublicKey device_key;
    Bytes key_digest;  ///< see DeviceRecord::key_digest
};

/// Rejected, naming the check. Denied: nobody vouches for the EK, or settings don't allow a device like this.
[[nodiscard]] Result<CheckedKeys> check_keys(const protocol::EnrollBegin& begin, const Settings& settings, Store& store, WallTime now);

/// Whether the maker of the TPM vouches for its EK: its certificate leads to one of these roots (DER). Rejected: it can't be read. Denied:
/// it leads to none.
[[nodiscard]] Result<void> check_maker(const Endorsement& endorsement, const std::vector<Bytes>& roots, WallTime now);

/// What an EK stands on the EK list by: the digest of its public area, and the fingerprint of its certificate where it has one.
[[nodiscard]] Result<std::vector<Bytes>> listed_as(const Endorsement& endorsement);

/// The next key of a known device, held against all that a first one is: a key of our template in the TPM of this device's AK, and a
/// request for this device alone that it signed itself. Rejected, naming the check.
[[nodiscard]] Result<crypto::PublicKey> check_next_key(const protocol::RotateRequest& wish, const DeviceRecord& device,
                                                       const Settings& settings);

}  // namespace anchor::registry
