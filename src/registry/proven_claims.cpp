// SPDX-License-Identifier: Apache-2.0
#include "proven_claims.h"

#include <algorithm>
#include <array>

namespace anchor::registry {
namespace {

// Families that only the Verifier fills. A device's own word about them would be the attacker's.
constexpr std::array<std::string_view, 5> kProvenHere = {"boot.", "ima.", "tpm.", "identity.", "registry."};

// What no evidence proves and nobody else can know. It weighs as much as the software that says it: the registers of the quote judge that.
constexpr std::array<std::string_view, 2> kOnlyTheDeviceKnows = {"identity.lease_expires_in", "identity.rotation_due"};
constexpr std::array<std::string_view, 3> kOnlyItsTpmSays = {"tpm.in_lockout", "tpm.lockout_counter", "tpm.manufacturer"};

bool may_say(std::string_view name, bool has_tpm) {
    if (std::ranges::find(kOnlyTheDeviceKnows, name) != kOnlyTheDeviceKnows.end()) return true;
    if (has_tpm && std::ranges::find(kOnlyItsTpmSays, name) != kOnlyItsTpmSays.end()) return true;
    return std::ranges::none_of(kProvenHere, [&](std::string_view family) { return name.starts_with(family); });
}

// TPM 2.0 Part 1 §36.7: in what a key outside of the endorsement and platform hierarchies signs, a secret of this TPM and this key is
// added to them. So two statements of one key say whether they have changed (tpmwire/verify.cpp), and none says what they are.
constexpr std::array<std::string_view, 3> kObfuscated = {"tpm.firmware_version", "tpm.reset_count", "tpm.restart_count"};
constexpr const char* kWhyObfuscated = "the TPM obfuscates it in what the attestation key signs";

}  // namespace

Claims own_word_of(const Claims& said, const Attester& attester) {
    Claims kept;
    for (const auto& [name, claim] : said) {
        if (may_say(name, attester.ak.has_value())) kept.set(name, claim);
    }
    return kept;
}

void claim_records(const Attester& attester, WallTime wall, SteadyTime now, Claims& into) {
    const auto put = [&](const char* name, ClaimValue value) { into.set(name, {std::move(value), now, "registry"}); };
    put("identity.enrolled", true);
    put("identity.hardware_bound", attester.ak.has_value());
    put("identity.key_algorithm", std::string(to_string(attester.device_key.algorithm())));
    put("identity.certificate_expires_in", attester.certificate_end - wall);
    put("registry.connected", true);
    put("registry.fresh_age", Milliseconds{0});  // the answer to this Evidence carries the newest proof
    put("registry.standing", std::string(to_string(attester.standing)));
    put("tpm.present", attester.ak.has_value());
}

void claim_circumstances(const std::optional<tpmwire::Circumstances>& proven, SteadyTime now, Claims& into) {
    if (!proven) return;
    const auto put = [&](const char* name, ClaimValue value) { into.set(name, {std::move(value), now, "tpm"}); };
    put("tpm.clock", Milliseconds(static_cast<Milliseconds::rep>(proven->clock.clock)));
    put("tpm.clock_safe", proven->clock.safe);
    for (const std::string_view name : kObfuscated) into.set(std::string(name), {Unknown{kWhyObfuscated}, now, "tpm"});
}

}  // namespace anchor::registry
