// SPDX-License-Identifier: Apache-2.0
#include "policy_commands.h"

#include "key_commands.h"
#include "nv_commands.h"
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

// Runs one step after the other in one session.
class Walk {
public:
    Walk(Channel& channel, const Session& session) : channel_(channel), session_(session) {}

    Result<void> operator()(const PcrStep& step) {
        ANCHOR_ASSIGN_OR_RETURN(const auto list, to_selection(step.selections));
        const TPM2B_DIGEST as_they_are{};
        return channel_.issue("TPM2_PolicyPCR", [&](ESYS_CONTEXT* esys) {
            return Esys_PolicyPCR(esys, session_.raw(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &as_they_are, &list);
        });
    }

    Result<void> operator()(const CounterTimerStep& step) {
        ANCHOR_ASSIGN_OR_RETURN(const auto operand, to_buffer<TPM2B_OPERAND>(step.operand, "operand"));
        return refused(channel_.issue("TPM2_PolicyCounterTimer",
                                      [&](ESYS_CONTEXT* esys) {
                                          return Esys_PolicyCounterTimer(esys, session_.raw(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                                         &operand, step.offset, static_cast<TPM2_EO>(step.operation));
                                      }),
                       "the approved time is over");
    }

    Result<void> operator()(const NvStep& step) {
        ANCHOR_ASSIGN_OR_RETURN(const auto operand, to_buffer<TPM2B_OPERAND>(step.operand, "operand"));
        ANCHOR_ASSIGN_OR_RETURN(const auto index, find_index(channel_, step.index));
        if (!index) return denied("the NV index that the key's policy reads does not exist");
        const ESYS_TR raw = index->handle.ref().raw;
        return refused(channel_.issue("TPM2_PolicyNV",
                                      [&](ESYS_CONTEXT* esys) {
                                          return Esys_PolicyNV(esys, raw, raw, session_.raw(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                                               &operand, step.offset, static_cast<TPM2_EO>(step.operation));
                                      }),
                       "the NV index is not what the key's policy demands");
    }

    Result<void> operator()(const CommandCodeStep& step) {
        return channel_.issue("TPM2_PolicyCommandCode", [&](ESYS_CONTEXT* esys) {
            return Esys_PolicyCommandCode(esys, session_.raw(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, step.code);
        });
    }

    Result<void> operator()(const AuthorizeStep& step) {
        ANCHOR_ASSIGN_OR_RETURN(const auto approved, to_buffer<TPM2B_DIGEST>(step.approved.view(), "approved policy"));
        ANCHOR_ASSIGN_OR_RETURN(const auto policy_ref, to_buffer<TPM2B_NONCE>(step.policy_ref, "policyRef"));
        ANCHOR_ASSIGN_OR_RETURN(const auto name, to_name(tpmwire::name_of(step.authority)));
        EsysOwned<TPMT_TK_VERIFIED> ticket;
        ANCHOR_RETURN_IF_ERROR(verify_approval(step, ticket));
        return refused(channel_.issue("TPM2_PolicyAuthorize",
                                      [&](ESYS_CONTEXT* esys) {
                                          return Esys_PolicyAuthorize(esys, session_.raw(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                                                      &approved, &policy_ref, &name, &*ticket);
                                      }),
                       "this state of the machine is not the approved one");
    }

private:
    Result<void> verify_approval(const AuthorizeStep& step, EsysOwned<TPMT_TK_VERIFIED>& ticket) {
        const Digest said = tpmwire::authorization_digest(step.authority.name_alg, step.approved, step.policy_ref);
        ANCHOR_ASSIGN_OR_RETURN(const auto digest, to_buffer<TPM2B_DIGEST>(said.view(), "digest"));
        ANCHOR_ASSIGN_OR_RETURN(const TPMT_SIGNATURE signature, to_signature(step.signature));
        ANCHOR_ASSIGN_OR_RETURN(const TransientHandle authority, load_public(channel_, step.authority));
        return channel_.issue("TPM2_VerifySignature", [&](ESYS_CONTEXT* esys) {
            return Esys_VerifySignature(esys, authority.ref().raw, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &digest, &signature,
                                        ticket.out());
        });
    }

    static Result<TPM2B_NAME> to_name(ByteView octets) {
        TPM2B_NAME name{};
        if (octets.size() > sizeof(name.name)) return rejected("Name is too long");
        name.size = static_cast<UINT16>(octets.size());
        std::ranges::copy(octets, name.name);
        return name;
    }

    Channel& channel_;
    const Session& session_;
};

}  // namespace

KeyPolicy sign_only_policy() {
    const Digest digest = tpmwire::PolicyDigest(HashAlg::Sha256).command_code(TPM2_CC_Sign).value();
    return {digest, {CommandCodeStep{TPM2_CC_Sign}}};
}

Result<Session> satisfy(Channel& channel, const KeyPolicy& policy) {
    ANCHOR_ASSIGN_OR_RETURN(Session session, start_policy(channel, policy.digest.alg()));
    Walk walk(channel, session);
    for (const PolicyStep& step : policy.steps) {
        ANCHOR_RETURN_IF_ERROR(std::visit(walk, step));
    }
    return session;
}

Result<Session> satisfy_endorsement(Channel& channel, HashAlg alg) {
    ANCHOR_ASSIGN_OR_RETURN(Session session, start_policy(channel, alg));
    EsysOwned<TPM2B_TIMEOUT> timeout;
    EsysOwned<TPMT_TK_AUTH> ticket;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_PolicySecret", [&](ESYS_CONTEXT* esys) {
        return Esys_PolicySecret(esys, ESYS_TR_RH_ENDORSEMENT, session.raw(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, nullptr,
                                 nullptr, nullptr, 0, timeout.out(), ticket.out());
    }));
    return session;
}

}  // namespace anchor::tpm
