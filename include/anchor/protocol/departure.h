// SPDX-License-Identifier: Apache-2.0
#pragma once

// A device that leaves its owner (docs/protocol.md, "Departure"): the order, signed by k of n keys off the registry's host, and the
// device's last message. The order names one enrolment of one device, so that it is worth nothing in a later one.

#include <optional>
#include <string>

#include <anchor/base/json.h>
#include <anchor/core/quoter.h>
#include <anchor/crypto/jws.h>

namespace anchor::protocol {

/// Who comes next: of his claim bundle all that vouches for him, and nothing secret.
struct Destination {
    std::string tenant;
    std::string anchors;        ///< his first trust-anchor set, a signed document
    crypto::JwsKeys authority;  ///< the keys that vouch for it: believed because the order names them
};
[[nodiscard]] Json to_json(const Destination& destination);
[[nodiscard]] Result<Destination> destination_from(const Json& json);

/// Body of a departure document.
struct Departure {
    Bytes enrolment;                ///< SHA-256 over the TPMT_PUBLIC of the attestation key; empty without a TPM
    std::string reason;             ///< for people
    std::optional<Destination> to;  ///< nothing: the device ends, and its keys with it
};
[[nodiscard]] Json to_json(const Departure& departure);
[[nodiscard]] Result<Departure> departure_from(const Json& body);

/// farewell, device → registry: I have the order and do what it says.
struct Farewell {
    Bytes order;                             ///< SHA-256 over the order as it was signed
    std::optional<Attestation> attestation;  ///< TPM2_GetTime by the attestation key, extraData = `order`; nothing without a TPM
};
[[nodiscard]] Json to_json(const Farewell& farewell);
[[nodiscard]] Result<Farewell> farewell_from(const Json& body);

}  // namespace anchor::protocol
