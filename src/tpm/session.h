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
/// A policy session, unsalted: it carries no secret, and what it allows is signed by the TPM anyway.
[[nodiscard]] Result<Session> start_policy(Channel& channel, HashAlg alg);

}  // namespace anchor::tpm
