// SPDX-License-Identifier: Apache-2.0
#pragma once

// KeyPolicy: when a key may be used, as the TPM itself enforces it (TPM 2.0 Part 1 §19.7). The digest goes into the key
// when it is made; the steps are what a policy session goes through before each use, in this order. A value: who makes
// one (the enrolment, from the authority's approvals) needs no TPM.

#include <variant>
#include <vector>

#include <anchor/core/pcr.h>
#include <anchor/tpmwire/policy_digest.h>
#include <anchor/tpmwire/public_area.h>

namespace anchor::tpm {

/// TPM2_PolicyPCR with the values that the registers have now: another boot gives another digest.
struct PcrStep {
    std::vector<PcrSelection> selections;
};
/// TPM2_PolicyCounterTimer, operand big-endian.
struct CounterTimerStep {
    Bytes operand;
    std::uint16_t offset = 0;
    tpmwire::Comparison operation = tpmwire::Comparison::Equal;
};
/// TPM2_PolicyNV of an index that anybody may read with its empty password.
struct NvStep {
    std::uint32_t index = 0;
    Bytes operand;
    std::uint16_t offset = 0;
    tpmwire::Comparison operation = tpmwire::Comparison::Equal;
};
/// TPM2_PolicyCommandCode.
struct CommandCodeStep {
    std::uint32_t code = 0;
};
/// TPM2_PolicyAuthorize: the authority signed (TPMT_SIGNATURE) that the digest so far, `approved`, is enough.
struct AuthorizeStep {
    tpmwire::PublicArea authority;
    Digest approved;
    Bytes policy_ref;
    Bytes signature;
};
using PolicyStep = std::variant<PcrStep, CounterTimerStep, NvStep, CommandCodeStep, AuthorizeStep>;

struct KeyPolicy {
    Digest digest;
    std::vector<PolicyStep> steps;
};

/// The policy of a device key without an authority: it may do nothing but TPM2_Sign. With userWithAuth clear, a password
/// does not sign; with adminWithPolicy clear, TPM2_Certify takes the (empty) password for the ADMIN role it asks for
/// (Part 1 §19.2, Part 3 §18.2), so that a key can be certified in any state of the machine.
[[nodiscard]] KeyPolicy sign_only_policy();

}  // namespace anchor::tpm
