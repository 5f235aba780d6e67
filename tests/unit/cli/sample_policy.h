// SPDX-License-Identifier: Apache-2.0
#pragma once

// A policy as an author writes it, and what a daemon says of one.

#include <string>
#include <string_view>

namespace anchor::cli {

inline constexpr const char* kSamplePolicy = R"json({
  "policy": "gate", "version": 7, "not_after": "2027-06-30T00:00:00Z",
  "claims": { "plc.vibration_rms": { "type": "double", "max_age": "60s", "from": "app:plc" } },
  "rules": [
    { "id": "secure-boot", "about": "hardware", "require": "boot.secure_boot", "risk": 60,
      "because": "Unsigned boot code can run.", "controls": ["NIST SP 800-193 4.2"] },
    { "id": "vibration", "about": "sourced-data", "require": "plc.vibration_rms < 4.5", "otherwise": "warning",
      "because": "The machine shakes.", "if_unknown": "warning", "risk": 20 }
  ],
  "access": { "mqtt.telemetry": "restricted", "plc.write": "trusted" },
  "respond": { "quarantined": ["isolate-network"] }
})json";

inline constexpr std::string_view kSampleDecision = R"json({
  "level": "quarantined", "in_force": "revoked", "because": "the owner has revoked this device", "risk": 60, "findings": [], "policies": [],
  "explanation": { "level": "quarantined", "wanted": "restricted", "risk": 60, "risk_notes": [], "obstacles": [
    { "require": "boot.secure_boot", "holds_at": "quarantined", "finding": {
      "policy": "gate", "rule": "secure-boot", "about": "hardware", "tier": "contraindicated", "unknown": false, "risk": 60,
      "because": "Unsigned boot code can run.", "controls": [], "inputs": [ { "claim": "boot.secure_boot", "value": "false" } ] } } ] }
})json";

/// The text with one part replaced; aborts where it is not there, so that no test runs on what it did not mean.
inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
    return text.replace(text.find(what), what.size(), with);
}

}  // namespace anchor::cli
