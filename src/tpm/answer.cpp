// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tpm2_types.h>

namespace anchor::tpm {
namespace {

// A resource manager passes the TPM's own codes on under its own layer; they mean the same.
bool from_the_tpm(TSS2_RC code) noexcept {
    const TSS2_RC layer = code & TSS2_RC_LAYER_MASK;
    return layer == TSS2_TPM_RC_LAYER || layer == TSS2_RESMGR_TPM_RC_LAYER;
}

bool is_connection_code(TSS2_RC code) noexcept {
    const TSS2_RC layer = code & TSS2_RC_LAYER_MASK;
    if (layer == TSS2_TCTI_RC_LAYER || layer == TSS2_RESMGR_RC_LAYER) return true;
    switch (code & ~TSS2_RC_LAYER_MASK) {
        case TSS2_BASE_RC_IO_ERROR:
        case TSS2_BASE_RC_NO_CONNECTION:
        case TSS2_BASE_RC_TRY_AGAIN:
        case TSS2_BASE_RC_BAD_SEQUENCE:
        case TSS2_BASE_RC_BAD_TR: return true;
        default: return false;
    }
}

ErrorKind kind_of(TSS2_RC code) noexcept {
    switch (judge(code)) {
        case Answer::Later:
        case Answer::Room: return ErrorKind::Unavailable;
        case Answer::Lost: return ErrorKind::Stale;
        case Answer::Done:
        case Answer::Failed: break;
    }
    if (!from_the_tpm(code)) {
        const TSS2_RC base = code & ~TSS2_RC_LAYER_MASK;
        return base == TSS2_BASE_RC_MEMORY || base == TSS2_BASE_RC_GENERAL_FAILURE ? ErrorKind::Unavailable : ErrorKind::Rejected;
    }
    switch (plain(code)) {
        case TPM2_RC_FAILURE:
        case TPM2_RC_REBOOT:
        case TPM2_RC_UPGRADE:
        case TPM2_RC_TOO_MANY_CONTEXTS:
        case TPM2_RC_LOCKOUT: return ErrorKind::Unavailable;  // not waited for: it lasts minutes to days
        case TPM2_RC_AUTH_FAIL:
        case TPM2_RC_BAD_AUTH:
        case TPM2_RC_AUTH_UNAVAILABLE:
        case TPM2_RC_AUTH_MISSING:
        case TPM2_RC_AUTH_TYPE:
        case TPM2_RC_POLICY:
        case TPM2_RC_POLICY_FAIL:
        case TPM2_RC_POLICY_CC:
        case TPM2_RC_EXPIRED:
        case TPM2_RC_PCR:
        case TPM2_RC_HIERARCHY:
        case TPM2_RC_DISABLED:
        case TPM2_RC_LOCALITY:
        case TPM2_RC_NV_AUTHORIZATION:
        case TPM2_RC_NV_LOCKED:
        case TPM2_RC_NV_SPACE:
        case TPM2_RC_COMMAND_CODE: return ErrorKind::Denied;
        case TPM2_RC_PCR_CHANGED: return ErrorKind::Stale;
        case TPM2_RC_INTEGRITY:
        case TPM2_RC_BINDING:
        case TPM2_RC_SENSITIVE: return ErrorKind::Corrupt;
        default: return ErrorKind::Rejected;
    }
}

}  // namespace

TSS2_RC plain(TSS2_RC code) noexcept {
    if (!from_the_tpm(code)) return code;
    code &= ~TSS2_RC_LAYER_MASK;
    return (code & TPM2_RC_FMT1) != 0 ? code & 0x0BFU : code;  // format one: drop N and P (Part 2 §6.6.3)
}

Answer judge(TSS2_RC code) noexcept {
    if (code == TSS2_RC_SUCCESS) return Answer::Done;
    if (!from_the_tpm(code)) return is_connection_code(code) ? Answer::Lost : Answer::Failed;
    const TSS2_RC rc = plain(code);
    if (rc >= TPM2_RC_REFERENCE_H0 && rc <= TPM2_RC_REFERENCE_S6) return Answer::Lost;
    switch (rc) {
        case TPM2_RC_RETRY:
        case TPM2_RC_TESTING:
        case TPM2_RC_YIELDED:
        case TPM2_RC_CANCELED:
        case TPM2_RC_NV_RATE:
        case TPM2_RC_NV_UNAVAILABLE: return Answer::Later;
        case TPM2_RC_CONTEXT_GAP:
        case TPM2_RC_OBJECT_MEMORY:
        case TPM2_RC_SESSION_MEMORY:
        case TPM2_RC_MEMORY:
        case TPM2_RC_SESSION_HANDLES:
        case TPM2_RC_OBJECT_HANDLES: return Answer::Room;
        case TPM2_RC_INITIALIZE:
        case TPM2_RC_HANDLE: return Answer::Lost;
        default: return Answer::Failed;
    }
}

Error from_tss(std::string_view command, TSS2_RC code) {
    std::string what(command);
    what += ": ";
    what += Tss2_RC_Decode(code);
    return {kind_of(code), std::move(what), static_cast<std::int64_t>(code)};
}

}  // namespace anchor::tpm
