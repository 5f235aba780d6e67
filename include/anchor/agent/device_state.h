// SPDX-License-Identifier: Apache-2.0
#pragma once

// DeviceState: everything a device has to remember, in one document. It is written and read by this very device only; the
// sealed state keeps it whole and young.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <anchor/core/blob_shelf.h>
#include <anchor/core/trust_state.h>
#include <anchor/identity/identity.h>
#include <anchor/measure/ima_progress.h>
#include <anchor/protocol/anchor_set.h>
#include <anchor/protocol/departure.h>
#include <anchor/trust/gate.h>

namespace anchor::agent {

struct DeviceState {
    std::optional<identity::Identity> identity;  ///< nothing before the enrolment
    std::optional<protocol::AnchorSet> anchors;
    trust::Floors floors;
    std::string group;
    std::map<std::string, std::string> documents;  ///< in force, signed, by floor key
    std::map<std::string, std::string> waiting;    ///< accepted, not in force before what they name is here; signed, by floor key
    std::vector<BlobName> lists;                   ///< revocation lists that are in use, on the shelf
    TrustState trust;
    std::optional<measure::ImaProgress> ima;  ///< for a kernel that no longer has the beginning of its list
    WallTime time_floor{};  ///< it is not earlier than this: the newest time that a registry has proven, and what passed since
    std::string leaving;    ///< the order to depart, signed, until it has been carried out
    std::optional<protocol::Destination> destination;  ///< whose the device is to be: it enrols with nobody else
    bool retired = false;                              ///< it is nobody's, and enrols with nobody, until somebody resets it
    std::optional<std::uint64_t> tpm_clock;            ///< what the TPM's clock said at that time or a little later
};

[[nodiscard]] Bytes encode(const DeviceState& state);
/// Corrupt: not what encode() wrote.
[[nodiscard]] Result<DeviceState> device_state_from(ByteView octets);

}  // namespace anchor::agent
