// SPDX-License-Identifier: Apache-2.0
#include "policy_session.h"

#include "policy_walk.h"
#include "structure.h"

namespace anchor::tpm {
namespace {

TPMI_ALG_SIG_SCHEME tpm_scheme(SignatureScheme scheme) noexcept {
    switch (scheme) {
        case SignatureScheme::Ecdsa: return TPM2_ALG_ECDSA;
        case SignatureScheme::RsaPkcs1: return TPM2_ALG_RSASSA;
        case SignatureScheme::RsaPss: return TPM2_ALG_RSAPSS;
    }
    return TPM2_ALG_NULL;
}

}  // namespace

KeyPolicy sign_only_policy() {
    const Digest digest = tpmwire::PolicyDigest(HashAlg::Sha256).command_code(TPM2_CC_Sign).value();
    return {digest, {CommandCodeStep{TPM2_CC_Sign}}};
}

Result<PolicySession> PolicySession::satisfy(Channel& channel, const KeyPolicy& policy) {
    TPMT_SYM_DEF none{};
    none.algorithm = TPM2_ALG_NULL;
    TPM2B_NONCE nonce{};
    nonce.size = 16;  // as short as allowed; no HMAC is ever computed from it
    const TPM2B_ENCRYPTED_SECRET unsalted{};
    TPM2B_NONCE nonce_of_tpm{};
    TPMI_SH_AUTH_SESSION raw = TPM2_RH_NULL;
    ANCHOR_RETURN_IF_ERROR(channel.issue_below("TPM2_StartAuthSession", [&](TSS2_SYS_CONTEXT* sys) {
        nonce_of_tpm.size = 0;
        return Tss2_Sys_StartAuthSession(sys, TPM2_RH_NULL, TPM2_RH_NULL, nullptr, &nonce, &unsalted, TPM2_SE_POLICY, &none,
                                         tpm_alg_id(policy.digest.alg()), &raw, &nonce_of_tpm, nullptr);
    }));
    PolicySession session(channel, raw);
    PolicyWalk walk(channel, raw);
    for (const PolicyStep& step : policy.steps) {
        ANCHOR_RETURN_IF_ERROR(std::visit(walk, step));
    }
    return session;
}

PolicySession::~PolicySession() {
    if (raw_ != TPM2_RH_NULL) (void)Tss2_Sys_FlushContext(channel_->sys(), raw_);
}

Result<Bytes> PolicySession::sign(ObjectRef key, SignatureScheme scheme, const Digest& digest) && {
    ANCHOR_ASSIGN_OR_RETURN(const auto in, to_buffer<TPM2B_DIGEST>(digest.view(), "digest"));
    ANCHOR_ASSIGN_OR_RETURN(const TPM2_HANDLE handle, channel_->handle_of(key.raw));
    TPMT_SIG_SCHEME how{};
    how.scheme = tpm_scheme(scheme);
    how.details.any.hashAlg = tpm_alg_id(digest.alg());
    // An unrestricted key signs digests that the TPM did not compute: no ticket (Part 3 §20.2).
    TPMT_TK_HASHCHECK ticket{};
    ticket.tag = TPM2_ST_HASHCHECK;
    ticket.hierarchy = TPM2_RH_NULL;
    TSS2L_SYS_AUTH_COMMAND auth{};  // continueSession clear
    auth.count = 1;
    auth.auths[0].sessionHandle = raw_;
    TPMT_SIGNATURE signature{};
    TSS2L_SYS_AUTH_RESPONSE answer{};
    ANCHOR_RETURN_IF_ERROR(channel_->issue_below(
        "TPM2_Sign", [&](TSS2_SYS_CONTEXT* sys) { return Tss2_Sys_Sign(sys, handle, &auth, &in, &how, &ticket, &signature, &answer); }));
    raw_ = TPM2_RH_NULL;
    return from_signature(signature);
}

}  // namespace anchor::tpm
