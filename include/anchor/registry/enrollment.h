// SPDX-License-Identifier: Apache-2.0
#pragma once

// Enrolment on the registry's side (docs/protocol.md, "Enrolment"): from a stranger's claims about keys to a device with a
// certificate. Everything that comes in is foreign; each check is one that an attacker would like to be missing.

#include <anchor/protocol/enrollment.h>
#include <anchor/registry/authority.h>
#include <anchor/registry/verifier.h>

namespace anchor::registry {

class Enrollment {
public:
    Enrollment(const Settings& settings, Store& store, Authority& authority, Verifier& verifier, const Clock& clock)
        : settings_(settings), store_(store), authority_(authority), verifier_(verifier), clock_(clock) {}

    /// Checks every key that is shown and makes a credential that only that EK with that AK can open. Rejected, naming the
    /// check. Denied: not without an operator: an EK that nobody vouches for, no EK certificate or no TPM where the settings
    /// don't allow it, a device whose standing is not active, a batch that has ended.
    [[nodiscard]] Result<protocol::EnrollChallenge> begin(std::string_view claim, const DeviceId& device, const Json& body,
                                                          const Digest& request);
    /// Checks the proof, appraises the Evidence and makes the stranger a device. An attempt has one try. Stale: the attempt is unknown or
    /// has expired. Unavailable: it waits for approval. Rejected, naming the check.
    [[nodiscard]] Result<protocol::EnrollGrant> prove(std::string_view claim, const DeviceId& device, const Json& body);

private:
    [[nodiscard]] Result<Appraisal> appraise(const protocol::EnrollProve& prove, const EnrollmentSession& session,
                                             const DeviceRecord& device);
    [[nodiscard]] Result<void> check_approval(const DeviceRecord& device);
    [[nodiscard]] Result<protocol::EnrollGrant> grant(DeviceRecord device, const crypto::PublicKey& key, const Appraisal& appraisal);

    const Settings& settings_;
    Store& store_;
    Authority& authority_;
    Verifier& verifier_;
    const Clock& clock_;
};

}  // namespace anchor::registry
