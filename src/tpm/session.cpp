// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "structure.h"

namespace anchor::tpm {
namespace {

Result<Session> start(Channel& channel, ESYS_TR salt_key, TPM2_SE type, const TPMT_SYM_DEF& symmetric, TPMI_ALG_HASH hash) {
    ESYS_TR raw = ESYS_TR_NONE;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_StartAuthSession", [&](ESYS_CONTEXT* esys) {
        return Esys_StartAuthSession(esys, salt_key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, nullptr, type, &symmetric,
                                     hash, &raw);
    }));
    return Session(channel, raw);
}

}  // namespace

Result<Session> start_salted(Channel& channel, ObjectRef salt_key, Encrypt what) {
    TPMT_SYM_DEF symmetric{};
    symmetric.algorithm = TPM2_ALG_AES;
    symmetric.keyBits.aes = 128;
    symmetric.mode.aes = TPM2_ALG_CFB;
    ANCHOR_ASSIGN_OR_RETURN(Session session, start(channel, salt_key.raw, TPM2_SE_HMAC, symmetric, TPM2_ALG_SHA256));
    TPMA_SESSION flags = TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT;
    if (what == Encrypt::CommandAndResponse) flags |= TPMA_SESSION_ENCRYPT;
    ANCHOR_RETURN_IF_ERROR(channel.issue("Esys_TRSess_SetAttributes",
                                         [&](ESYS_CONTEXT* esys) { return Esys_TRSess_SetAttributes(esys, session.raw(), flags, flags); }));
    return session;
}

Result<Session> start_endorsement(Channel& channel, const tpmwire::EndorsementProfile& profile) {
    TPMT_SYM_DEF none{};
    none.algorithm = TPM2_ALG_NULL;
    const HashAlg alg = profile.area.name_alg;
    ANCHOR_ASSIGN_OR_RETURN(Session session, start(channel, ESYS_TR_NONE, TPM2_SE_POLICY, none, tpm_alg_id(alg)));
    EsysOwned<TPM2B_TIMEOUT> timeout;
    EsysOwned<TPMT_TK_AUTH> ticket;
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_PolicySecret", [&](ESYS_CONTEXT* esys) {
        return Esys_PolicySecret(esys, ESYS_TR_RH_ENDORSEMENT, session.raw(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, nullptr,
                                 nullptr, nullptr, 0, timeout.out(), ticket.out());
    }));
    if (!profile.high_range) return session;
    TPML_DIGEST branches{};
    for (const Digest& branch : {tpmwire::endorsement_policy_a(alg), tpmwire::endorsement_policy_c(alg)}) {
        ANCHOR_ASSIGN_OR_RETURN(branches.digests[branches.count++], to_buffer<TPM2B_DIGEST>(branch.view(), "policy branch"));
    }
    ANCHOR_RETURN_IF_ERROR(channel.issue("TPM2_PolicyOR", [&](ESYS_CONTEXT* esys) {
        return Esys_PolicyOR(esys, session.raw(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &branches);
    }));
    return session;
}

}  // namespace anchor::tpm
