// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small policy as people write it, and claims to judge with it.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <anchor/policy/evaluator.h>
#include <anchor/policy/policy.h>

namespace anchor::policy::test {

inline constexpr std::string_view kGateway = R"json({
  "policy": "edge-gateway", "version": 7, "not_after": "2027-06-30T00:00:00Z",
  "claims": {
    "plc.vibration_rms": { "type": "double", "max_age": "60s", "from": "app:plc" },
    "ima.clean": { "max_age": "10m" }
  },
  "rules": [
    { "id": "secure-boot", "about": "hardware", "require": "boot.secure_boot", "otherwise": "contraindicated",
      "if_unknown": "warning", "risk": 60, "because": "Secure Boot is off: unsigned boot code can run.",
      "controls": ["NIST SP 800-193 4.2"] },
    { "id": "files", "about": "executables", "require": "ima.clean", "otherwise": "contraindicated", "risk": 50,
      "because": "A program is not in the reference." },
    { "id": "vibration", "about": "sourced-data", "require": "plc.vibration_rms < 4.5", "otherwise": "warning", "risk": 20,
      "because": "The machine shakes." },
    { "id": "ports", "about": "configuration", "require": "net.exposed_ports.all(p, p in ['tcp/22', 'udp/123'])",
      "otherwise": "affirming", "risk": 30, "because": "A port is open that nobody asked for." }
  ],
  "levels": { "restricted_at_risk": 30, "quarantined_at_risk": 60, "recover_after": "5m", "recovery": "registry" },
  "access": { "mqtt.telemetry": "restricted", "plc.write": "trusted" },
  "respond": { "restricted": ["notify"], "quarantined": ["isolate-network", "withhold-credentials"] }
})json";

inline std::shared_ptr<const Policy> policy_from(std::string_view text) {
    auto policy = parse_policy(text);
    if (!policy) {
        ADD_FAILURE() << policy.error().what;
        std::abort();
    }
    return std::make_shared<const Policy>(std::move(*policy));
}

inline PolicySet signed_set(std::string_view text) { return PolicySet({{policy_from(text), Origin::Signed}}); }

inline SteadyTime at(Milliseconds since_start) { return SteadyTime{std::chrono::hours{1}} + since_start; }

inline Claims healthy(SteadyTime observed = at(Seconds{0})) {
    Claims claims;
    claims.set("boot.secure_boot", {true, observed, "tpm"});
    claims.set("ima.clean", {true, observed, "tpm"});
    claims.set("plc.vibration_rms", {1.5, observed, "app:plc"});
    claims.set("net.exposed_ports", {std::vector<std::string>{"tcp/22"}, observed, "kernel"});
    return claims;
}

/// The ids of the rules that did not pass, in the order of the decision.
inline std::vector<std::string> rules_of(const Decision& decision) {
    std::vector<std::string> rules;
    for (const Finding& finding : decision.findings) rules.push_back(finding.rule);
    return rules;
}

}  // namespace anchor::policy::test
