// SPDX-License-Identifier: Apache-2.0
#pragma once

// PolicySession: the session in which a key's policy is satisfied before each use. It speaks the system API below ESYS:
// such a session has no key and no HMAC, and ESYS would compute them all the same, with several milliseconds of OpenSSL for
// one signature. Who meddles on the way to the TPM could only make the signature fail or be over another digest, and
// both show when it is checked.

#include <tss2/tss2_sys.h>

#include <anchor/tpm/key_policy.h>

#include "handles.h"

namespace anchor::tpm {

class PolicySession {
public:
    /// TPM2_StartAuthSession (Part 3 §11.1), unsalted and unbound, then all steps of the policy. Denied: the machine is
    /// not in a state that the policy allows, an approval is not for this state, a comparison fails. Rejected: an approval's
    /// signature is wrong.
    [[nodiscard]] static Result<PolicySession> satisfy(Channel& channel, const KeyPolicy& policy);

    PolicySession(PolicySession&& other) noexcept : channel_(other.channel_), raw_(std::exchange(other.raw_, TPM2_RH_NULL)) {}
    PolicySession& operator=(PolicySession&&) = delete;
    ~PolicySession();

    [[nodiscard]] TPMI_SH_POLICY raw() const noexcept { return raw_; }

    /// TPM2_Sign (Part 3 §20.2) with it, TPMT_SIGNATURE; the TPM ends a session that succeeded.
    [[nodiscard]] Result<Bytes> sign(ObjectRef key, SignatureScheme scheme, const Digest& digest) &&;

private:
    PolicySession(Channel& channel, TPMI_SH_POLICY raw) noexcept : channel_(&channel), raw_(raw) {}

    Channel* channel_;
    TPMI_SH_POLICY raw_;  // TPM2_RH_NULL: nothing to flush
};

}  // namespace anchor::tpm
