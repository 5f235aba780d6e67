// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who may say what about a device: what the registry knows by itself takes the place of the device's own word, and what only
// evidence can prove is never taken from its word.

#include <anchor/registry/verifier.h>

namespace anchor::registry {

/// What is left of the claims that a device makes about itself: nothing that this registry knows or computes from evidence.
[[nodiscard]] Claims own_word_of(const Claims& said, const Attester& attester);
/// What the registry knows without evidence: enrolment, certificate, standing, connection.
void claim_records(const Attester& attester, WallTime wall, SteadyTime now, Claims& into);
/// What a quote proves besides registers (TPM 2.0 Part 2 §10.12.8). Nothing without one: then these claims are unknown.
void claim_circumstances(const std::optional<tpmwire::Circumstances>& proven, SteadyTime now, Claims& into);

}  // namespace anchor::registry
