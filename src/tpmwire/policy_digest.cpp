// SPDX-License-Identifier: Apache-2.0
#include <anchor/tpmwire/policy_digest.h>

#include <tss2/tss2_tpm2_types.h>

#include <cstdlib>

#include <anchor/crypto/hash.h>

#include "octet_writer.h"

namespace anchor::tpmwire {

namespace {

constexpr std::uint16_t kClockInTimeInfo = 8;  // TPMS_TIME_INFO, Part 2 §10.11.2
constexpr std::size_t kMostBranches = 8;       // TPML_DIGEST, Part 2 §10.9.3

Bytes octets_of(std::uint64_t value) {
    OctetWriter out;
    out.u64(value);
    return std::move(out).take();
}

// H(operandB ‖ offset ‖ operation): what PolicyNV and PolicyCounterTimer bind.
Digest comparison(HashAlg alg, ByteView operand, std::uint16_t offset, Comparison operation) {
    OctetWriter out;
    out.plain(operand).u16(offset).u16(static_cast<std::uint16_t>(operation));
    return crypto::hash(alg, std::move(out).take());
}

}  // namespace

void PolicyDigest::extend(std::uint32_t command_code, ByteView arguments) {
    OctetWriter out;
    out.u32(command_code).plain(arguments);
    value_ = crypto::hash(value_.alg(), {value_.view(), std::move(out).take()});
}

PolicyDigest& PolicyDigest::secret(ByteView entity_name, ByteView policy_ref) {
    extend(TPM2_CC_PolicySecret, entity_name);
    value_ = crypto::hash(value_.alg(), {value_.view(), policy_ref});  // PolicyUpdate() of Part 3 §23.2.3, also when it is empty
    return *this;
}

PolicyDigest& PolicyDigest::either(std::span<const Digest> branches) {
    if (branches.size() < 2 || branches.size() > kMostBranches) std::abort();
    Bytes all;
    for (const auto& branch : branches) {
        if (branch.alg() != value_.alg()) std::abort();
        append(all, branch.view());
    }
    value_ = Digest(value_.alg());
    extend(TPM2_CC_PolicyOR, all);
    return *this;
}

PolicyDigest& PolicyDigest::pcr(const std::vector<PcrSelection>& selections, const Digest& pcr_digest) {
    Bytes arguments = marshal(selections);
    append(arguments, pcr_digest.view());
    extend(TPM2_CC_PolicyPCR, arguments);
    return *this;
}

PolicyDigest& PolicyDigest::nv(ByteView index_name, ByteView operand, std::uint16_t offset, Comparison operation) {
    Bytes arguments = to_bytes(comparison(value_.alg(), operand, offset, operation).view());
    append(arguments, index_name);
    extend(TPM2_CC_PolicyNV, arguments);
    return *this;
}

PolicyDigest& PolicyDigest::counter_timer(ByteView operand, std::uint16_t offset, Comparison operation) {
    extend(TPM2_CC_PolicyCounterTimer, comparison(value_.alg(), operand, offset, operation).view());
    return *this;
}

PolicyDigest& PolicyDigest::command_code(std::uint32_t code) {
    OctetWriter out;
    out.u32(code);
    extend(TPM2_CC_PolicyCommandCode, std::move(out).take());
    return *this;
}

PolicyDigest& PolicyDigest::authorize(ByteView key_name, ByteView policy_ref) {
    value_ = Digest(value_.alg());
    extend(TPM2_CC_PolicyAuthorize, key_name);
    value_ = crypto::hash(value_.alg(), {value_.view(), policy_ref});
    return *this;
}

PolicyDigest& PolicyDigest::auth_value() {
    extend(TPM2_CC_PolicyAuthValue, {});
    return *this;
}

PolicyDigest& PolicyDigest::authorize_nv(ByteView index_name) {
    value_ = Digest(value_.alg());
    extend(TPM2_CC_PolicyAuthorizeNV, index_name);
    return *this;
}

Result<Digest> pcr_digest(HashAlg alg, const std::vector<PcrSelection>& selections, const PcrValues& values) {
    crypto::Hasher hasher(alg);
    std::size_t count = 0;
    for (auto selection = selections.begin(); selection != selections.end(); ++selection) {
        for (auto before = selections.begin(); before != selection; ++before) {
            if (before->bank == selection->bank)
                return rejected("PCR selection: the bank " + std::string(to_string(selection->bank)) + " comes twice");
        }
        for (unsigned index = 0; index < kPcrCount; ++index) {
            if (!selection->has(index)) continue;
            const Digest* value = values.find(selection->bank, index);
            if (value == nullptr)
                return rejected("PCR " + std::to_string(index) + " of " + std::string(to_string(selection->bank)) + ": no value");
            hasher.update(value->view());
            ++count;
        }
    }
    if (count == 0) return rejected("PCR selection: nothing is selected");
    return hasher.finish();
}

Bytes marshal(const std::vector<PcrSelection>& selections) {
    OctetWriter out;
    out.u32(static_cast<std::uint32_t>(selections.size()));
    for (const auto& selection : selections) {
        out.u16(tpm_alg_id(selection.bank)).u8(kPcrCount / 8);
        for (unsigned shift = 0; shift < kPcrCount; shift += 8) out.u8(static_cast<std::uint8_t>(selection.mask >> shift));
    }
    return std::move(out).take();
}

Digest authorization_digest(HashAlg alg, const Digest& approved_policy, ByteView policy_ref) {
    return crypto::hash(alg, {approved_policy.view(), policy_ref});
}

Digest device_key_policy(HashAlg alg, ByteView authority_name, const DeviceId& device, ByteView kill_counter_name,
                         std::uint64_t kill_counter_value) {
    return PolicyDigest(alg)
        .authorize(authority_name, as_bytes(device.text()))
        .nv(kill_counter_name, octets_of(kill_counter_value), 0, Comparison::Equal)
        .value();
}

Result<Digest> boot_state_policy(HashAlg alg, const std::vector<PcrSelection>& selections, const PcrValues& values,
                                 std::uint64_t clock_limit) {
    ANCHOR_ASSIGN_OR_RETURN(const Digest registers, pcr_digest(alg, selections, values));
    return PolicyDigest(alg)
        .pcr(selections, registers)
        .counter_timer(octets_of(clock_limit), kClockInTimeInfo, Comparison::UnsignedLessOrEqual)
        .value();
}

}  // namespace anchor::tpmwire
