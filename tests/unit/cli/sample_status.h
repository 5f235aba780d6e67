// SPDX-License-Identifier: Apache-2.0
#pragma once

// A status as the daemon gives it, of a device that lost trust.

#include <nlohmann/json.hpp>

#include <anchor/base/json.h>

namespace anchor::cli {

inline Json sample_status() {
    return parse_json(R"({
        "level": "restricted", "because": "the boot chain changed", "since": "2027-03-01T08:00:00Z", "local_level": "restricted",
        "registry": {"level": "trusted", "expires": "2027-03-01T12:00:00Z"},
        "standing": {"status": "active", "number": 4, "reason": ""},
        "findings": [{"policy": "baseline", "rule": "boot-known", "about": "executables", "tier": "contraindicated", "unknown": false,
                      "risk": 40, "because": "PCR 9 is not among the accepted values", "controls": [],
                      "inputs": [{"claim": "boot.pcr_match", "value": "false"}]},
                     {"policy": "baseline", "rule": "ima", "about": "file-system", "tier": "warning", "unknown": true, "risk": 10,
                      "because": "the IMA list could not be read", "controls": [], "inputs": []}],
        "identity": {"device": "abcdefghijklmnopqrstuvwxyz", "tenant": "acme", "enrolled": true, "hardware_bound": true,
                     "certificate": {"subject": "CN=abc", "serial": "01ff", "not_before": "2027-01-01T00:00:00Z",
                                     "not_after": "2027-03-31T09:00:00Z"}},
        "tpm": {"present": true, "manufacturer": "IFX", "firmware": "7.85", "in_lockout": false, "lockout_counter": 0},
        "connection": {"connected": true, "broker": "broker.example:8883", "since": "2027-03-01T07:59:00Z", "last_error": null},
        "attestation": {"last": "2027-03-01T08:59:00Z", "result": "trusted"},
        "policies": [{"name": "baseline", "version": 3}, {"name": "local", "version": 1}], "version": "0.1.0"})")
        .value();
}

}  // namespace anchor::cli
