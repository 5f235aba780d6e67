// SPDX-License-Identifier: Apache-2.0
#pragma once

// Identity: who this device is, as it has to be remembered. Certificates live in slots: the one in use, and during a rotation
// the new one beside it until a real connection has proved it.

#include <optional>
#include <string>
#include <vector>

#include <anchor/base/json.h>
#include <anchor/base/time.h>
#include <anchor/core/device_id.h>
#include <anchor/core/root_of_trust.h>

namespace anchor::identity {

/// A device key and the certificates for it.
struct Slot {
    KeyBlob key;
    std::vector<Bytes> certificates;    ///< X.509 DER, the device's own first
    std::optional<WallTime> rotate_by;  ///< the order that it was made on: one that is the same is followed
};

struct Identity {
    DeviceId device;
    std::string tenant;
    RootState root;
    Slot current;
    std::optional<Slot> next;  ///< made and certified, but not yet tried
    std::string broker_host;
    std::uint16_t broker_port = 0;
};

/// Holds private parts: only for the sealed state.
[[nodiscard]] Json to_json(const Identity& identity);
/// Rejected: not what to_json wrote.
[[nodiscard]] Result<Identity> identity_from(const Json& json);

[[nodiscard]] Json to_json(const RootState& root);
[[nodiscard]] Result<RootState> root_state_from(const Json& json);

}  // namespace anchor::identity
