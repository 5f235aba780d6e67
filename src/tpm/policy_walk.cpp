// SPDX-License-Identifier: Apache-2.0
#include "policy_walk.h"

#include "capability.h"
#include "key_commands.h"
#include "structure.h"

namespace anchor::tpm {
namespace {

// A TPM answers a step that does not hold with whatever it compared last; for the user of the key it is one thing.
Result<void> refused(Result<void> step, std::string_view what) {
    if (step) return step;
    const auto code = plain(static_cast<TSS2_RC>(step.error().native));
    if (code != TPM2_RC_VALUE && code != TPM2_RC_POLICY) return std::move(step).error();
    return denied(std::string(what) + ": " + step.error().what, step.error().native);
}

Result<TPM2B_NAME> to_name(ByteView octets) {
    TPM2B_NAME name{};
    if (octets.size() > sizeof(name.name)) return rejected("Name is too long");
    name.size = static_cast<UINT16>(octets.size());
    std::ranges::copy(octets, name.name);
    return name;
}

}  // namespace

Result<void> PolicyWalk::operator()(const PcrStep& step) {
    ANCHOR_ASSIGN_OR_RETURN(const auto list, to_selection(step.selections));
    const TPM2B_DIGEST as_they_are{};
    return channel_.issue_below(
        "TPM2_PolicyPCR", [&](TSS2_SYS_CONTEXT* sys) { return Tss2_Sys_PolicyPCR(sys, session_, nullptr, &as_they_are, &list, nullptr); });
}

Result<void> PolicyWalk::operator()(const CounterTimerStep& step) {
    ANCHOR_ASSIGN_OR_RETURN(const auto operand, to_buffer<TPM2B_OPERAND>(step.operand, "operand"));
    auto compared = channel_.issue_below("TPM2_PolicyCounterTimer", [&](TSS2_SYS_CONTEXT* sys) {
        return Tss2_Sys_PolicyCounterTimer(sys, session_, nullptr, &operand, step.offset, static_cast<TPM2_EO>(step.operation), nullptr);
    });
    return refused(std::move(compared), "the approved time is over");
}

Result<void> PolicyWalk::operator()(const NvStep& step) {
    ANCHOR_ASSIGN_OR_RETURN(const auto operand, to_buffer<TPM2B_OPERAND>(step.operand, "operand"));
    // Asked for first, because an unknown handle in a command otherwise means that the connection was lost.
    ANCHOR_ASSIGN_OR_RETURN(const auto defined, list_handles(channel_, step.index, 1));
    if (defined.empty() || defined.front() != step.index) return denied("the NV index that the key's policy reads is gone");
    TSS2L_SYS_AUTH_COMMAND auth{};
    auth.count = 1;
    auth.auths[0].sessionHandle = TPM2_RH_PW;
    TSS2L_SYS_AUTH_RESPONSE answer{};
    auto compared = channel_.issue_below("TPM2_PolicyNV", [&](TSS2_SYS_CONTEXT* sys) {
        return Tss2_Sys_PolicyNV(sys, step.index, step.index, session_, &auth, &operand, step.offset, static_cast<TPM2_EO>(step.operation),
                                 &answer);
    });
    return refused(std::move(compared), "the NV index is not what the key's policy demands");
}

Result<void> PolicyWalk::operator()(const CommandCodeStep& step) {
    return channel_.issue_below("TPM2_PolicyCommandCode", [&](TSS2_SYS_CONTEXT* sys) {
        return Tss2_Sys_PolicyCommandCode(sys, session_, nullptr, step.code, nullptr);
    });
}

Result<void> PolicyWalk::operator()(const AuthorizeStep& step) {
    ANCHOR_ASSIGN_OR_RETURN(const auto approved, to_buffer<TPM2B_DIGEST>(step.approved.view(), "approved policy"));
    ANCHOR_ASSIGN_OR_RETURN(const auto policy_ref, to_buffer<TPM2B_NONCE>(step.policy_ref, "policyRef"));
    ANCHOR_ASSIGN_OR_RETURN(const auto name, to_name(tpmwire::name_of(step.authority)));
    ANCHOR_ASSIGN_OR_RETURN(const TPMT_TK_VERIFIED ticket, verify(step));
    auto authorized = channel_.issue_below("TPM2_PolicyAuthorize", [&](TSS2_SYS_CONTEXT* sys) {
        return Tss2_Sys_PolicyAuthorize(sys, session_, nullptr, &approved, &policy_ref, &name, &ticket, nullptr);
    });
    return refused(std::move(authorized), "this state of the machine is not the approved one");
}

Result<TPMT_TK_VERIFIED> PolicyWalk::verify(const AuthorizeStep& step) {
    const Digest said = tpmwire::authorization_digest(step.authority.name_alg, step.approved, step.policy_ref);
    ANCHOR_ASSIGN_OR_RETURN(const auto digest, to_buffer<TPM2B_DIGEST>(said.view(), "digest"));
    ANCHOR_ASSIGN_OR_RETURN(const TPMT_SIGNATURE signature, to_signature(step.signature));
    ANCHOR_ASSIGN_OR_RETURN(const TransientHandle authority, load_public(channel_, step.authority));
    EsysOwned<TPMT_TK_VERIFIED> ticket;
    ANCHOR_RETURN_IF_ERROR(channel_.issue("TPM2_VerifySignature", [&](ESYS_CONTEXT* esys) {
        return Esys_VerifySignature(esys, authority.ref().raw, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &digest, &signature, ticket.out());
    }));
    return *ticket;
}

}  // namespace anchor::tpm
