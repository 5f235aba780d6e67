// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starting sessions (TPM 2.0 Part 3 §11.1).

#include <anchor/core/algorithm.h>

#include "handles.h"

namespace anchor::tpm {

/// Which first parameters a session encrypts. A TPM refuses the flag where the command has no such parameter.
enum class Encrypt { CommandAndResponse, CommandOnly };

/// An HMAC session whose key only the holder of `salt_key` can compute, and which encrypts the first parameters
/// (AES-128-CFB, Part 1 §19.6, §21): whoever listens or meddles between us and the TPM learns and changes nothing.
[[nodiscard]] Result<Session> start_salted(Channel& channel, ObjectRef salt_key, Encrypt what);
/// A policy session that has satisfied policy A of the EK Credential Profile: the password of the endorsement hierarchy
/// (TPM2_PolicySecret, Part 3 §23.4).
[[nodiscard]] Result<Session> start_endorsement(Channel& channel, HashAlg alg);

}  // namespace anchor::tpm
