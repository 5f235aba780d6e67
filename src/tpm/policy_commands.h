// SPDX-License-Identifier: Apache-2.0
#pragma once

// Taking a policy session through the steps of a policy (TPM 2.0 Part 3 §23).

#include <anchor/tpm/key_policy.h>

#include "session.h"

namespace anchor::tpm {

/// A session in which all steps have succeeded. Denied: the machine is not in a state that the policy allows, an
/// approval is not for this state, a comparison fails. Rejected: an approval's signature is wrong.
[[nodiscard]] Result<Session> satisfy(Channel& channel, const KeyPolicy& policy);

/// A session for policy A of the EK Credential Profile: the endorsement hierarchy's password (Part 3 §23.4).
[[nodiscard]] Result<Session> satisfy_endorsement(Channel& channel, HashAlg alg);

}  // namespace anchor::tpm
