// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starting sessions (TPM 2.0 Part 3 §11.1).

#include <anchor/tpmwire/templates.h>

#include "handles.h"

namespace anchor::tpm {

/// Which first parameters a session encrypts. A TPM refuses the flag where the command has no such parameter.
enum class Encrypt { CommandAndResponse, CommandOnly };

/// An HMAC session whose key only the holder of `salt_key` can compute, and which encrypts the first parameters
/// (AES-128-CFB, Part 1 §19.6, §21): whoever listens or meddles between us and the TPM learns and changes nothing.
[[nodiscard]] Result<Session> start_salted(Channel& channel, ObjectRef salt_key, Encrypt what);
/// A policy session that lets the EK of that profile be used: policy A, the password of the endorsement hierarchy
/// (TPM2_PolicySecret, Part 3 §23.4), and for the high range policy B around it (TPM2_PolicyOR, §23.6). The EK's own empty
/// password would do there too, but EKs are not noDA: a power cut after its use counts as a failed try (Part 1 §19.8).
[[nodiscard]] Result<Session> start_endorsement(Channel& channel, const tpmwire::EndorsementProfile& profile);

}  // namespace anchor::tpm
