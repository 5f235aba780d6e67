// SPDX-License-Identifier: Apache-2.0
#pragma once

// Policy digests computed in software: what a TPM's policy session would hold after the same commands (TPM 2.0 Part 1
// §19.7; Part 3 §23). The registry computes them to approve, the device to make keys, both with this one code.

#include <span>
#include <vector>

#include <anchor/core/device_id.h>
#include <anchor/core/pcr.h>

namespace anchor::tpmwire {

/// TPM_EO, Part 2 §6.8: how PolicyNV and PolicyCounterTimer compare what the TPM holds (left) with the operand.
enum class Comparison : std::uint16_t {
    Equal = 0,
    NotEqual = 1,
    SignedGreater = 2,
    UnsignedGreater = 3,
    SignedLess = 4,
    UnsignedLess = 5,
    SignedGreaterOrEqual = 6,
    UnsignedGreaterOrEqual = 7,
    SignedLessOrEqual = 8,
    UnsignedLessOrEqual = 9,
    BitsSet = 10,
    BitsClear = 11,
};

/// A policy session in software: begins at zero, each command extends it. The order of the calls is the policy.
class PolicyDigest {
public:
    explicit PolicyDigest(HashAlg alg) : value_(alg) {}

    /// TPM2_PolicySecret (Part 3 §23.4) of the entity with that Name.
    PolicyDigest& secret(ByteView entity_name, ByteView policy_ref = {});
    /// TPM2_PolicyOR (§23.6): replaces all before. Two to eight branches of this algorithm; aborts otherwise.
    PolicyDigest& either(std::span<const Digest> branches);
    /// TPM2_PolicyPCR (§23.7). The digest is pcr_digest() over the same selections, in this algorithm.
    PolicyDigest& pcr(const std::vector<PcrSelection>& selections, const Digest& pcr_digest);
    /// TPM2_PolicyNV (§23.9): the index holds, from that offset on, something that compares so with the operand.
    PolicyDigest& nv(ByteView index_name, ByteView operand, std::uint16_t offset, Comparison operation);
    /// TPM2_PolicyCounterTimer (§23.10) over TPMS_TIME_INFO: time at 0, clock at 8, resetCount at 16, restartCount at 20.
    PolicyDigest& counter_timer(ByteView operand, std::uint16_t offset, Comparison operation);
    /// TPM2_PolicyCommandCode (§23.11).
    PolicyDigest& command_code(std::uint32_t code);
    /// TPM2_PolicyAuthorize (§23.16): replaces all before.
    PolicyDigest& authorize(ByteView key_name, ByteView policy_ref);
    /// TPM2_PolicyAuthValue (§23.17).
    PolicyDigest& auth_value();
    /// TPM2_PolicyAuthorizeNV (§23.22): replaces all before.
    PolicyDigest& authorize_nv(ByteView index_name);

    [[nodiscard]] const Digest& value() const noexcept { return value_; }

private:
    void extend(std::uint32_t command_code, ByteView arguments);

    Digest value_;
};

/// H(PCR values), in the order of the selections and rising index (Part 1 §17.6). Rejected where a value is missing, a
/// bank comes twice or nothing is selected.
[[nodiscard]] Result<Digest> pcr_digest(HashAlg alg, const std::vector<PcrSelection>& selections, const PcrValues& values);
/// TPML_PCR_SELECTION (Part 2 §10.9.7), three octets a bank, in the order given.
[[nodiscard]] Bytes marshal(const std::vector<PcrSelection>& selections);

/// What the authority signs to approve a policy (Part 3 §23.16): H(approved policy ‖ policyRef), H of the authority key's nameAlg.
[[nodiscard]] Digest authorization_digest(HashAlg alg, const Digest& approved_policy, ByteView policy_ref);

/// The authPolicy of an LDevID: PolicyAuthorize(authority, device id), then PolicyNV(kill counter == value).
[[nodiscard]] Digest device_key_policy(HashAlg alg, ByteView authority_name, const DeviceId& device, ByteView kill_counter_name,
                                       std::uint64_t kill_counter_value);
/// What an authority approves for it: PolicyPCR, then PolicyCounterTimer(clock ≤ limit, in milliseconds of powered time).
/// Rejected as pcr_digest().
[[nodiscard]] Result<Digest> boot_state_policy(HashAlg alg, const std::vector<PcrSelection>& selections, const PcrValues& values,
                                               std::uint64_t clock_limit);

}  // namespace anchor::tpmwire
