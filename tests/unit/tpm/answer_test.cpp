// SPDX-License-Identifier: Apache-2.0
#include <tpm/answer.h>

#include <gtest/gtest.h>
#include <tss2/tss2_tpm2_types.h>

namespace anchor::tpm {
namespace {

TEST(Answer, OfABusyTpmIsToAskLater) {
    for (const TSS2_RC code :
         {TPM2_RC_RETRY, TPM2_RC_TESTING, TPM2_RC_YIELDED, TPM2_RC_NV_RATE, TPM2_RC_NV_UNAVAILABLE, TPM2_RC_CANCELED}) {
        EXPECT_EQ(judge(code), Answer::Later) << std::hex << code;
        EXPECT_EQ(from_tss("c", code).kind, ErrorKind::Unavailable) << std::hex << code;
    }
}

TEST(Answer, OfAFullTpmIsToMakeRoom) {
    for (const TSS2_RC code : {TPM2_RC_OBJECT_MEMORY, TPM2_RC_SESSION_MEMORY, TPM2_RC_CONTEXT_GAP, TPM2_RC_SESSION_HANDLES}) {
        EXPECT_EQ(judge(code), Answer::Room) << std::hex << code;
    }
}

TEST(Answer, MeansALostConnectionWhereTheHandleOrTheWayIsGone) {
    for (const TSS2_RC code : {TPM2_RC_REFERENCE_H0, TPM2_RC_REFERENCE_S6, TPM2_RC_HANDLE + TPM2_RC_1, TPM2_RC_INITIALIZE,
                               TSS2_TCTI_RC_IO_ERROR, TSS2_TCTI_RC_NO_CONNECTION, TSS2_ESYS_RC_BAD_TR}) {
        EXPECT_EQ(judge(code), Answer::Lost) << std::hex << code;
        EXPECT_EQ(from_tss("c", code).kind, ErrorKind::Stale) << std::hex << code;
    }
}

TEST(Answer, OfALockoutIsNotWaitedForButComesToAnEndByItself) {
    EXPECT_EQ(judge(TPM2_RC_LOCKOUT), Answer::Failed);
    EXPECT_EQ(from_tss("c", TPM2_RC_LOCKOUT).kind, ErrorKind::Unavailable);
}

TEST(Answer, TellsWhatTheCallerShouldDo) {
    EXPECT_EQ(from_tss("c", TPM2_RC_AUTH_FAIL + TPM2_RC_S + TPM2_RC_1).kind, ErrorKind::Denied);
    EXPECT_EQ(from_tss("c", TPM2_RC_POLICY_FAIL + TPM2_RC_S + TPM2_RC_1).kind, ErrorKind::Denied);
    EXPECT_EQ(from_tss("c", TPM2_RC_INTEGRITY + TPM2_RC_P + TPM2_RC_1).kind, ErrorKind::Corrupt);
    EXPECT_EQ(from_tss("c", TPM2_RC_VALUE + TPM2_RC_P + TPM2_RC_2).kind, ErrorKind::Rejected);
    EXPECT_EQ(from_tss("c", TPM2_RC_FAILURE).kind, ErrorKind::Unavailable);
    EXPECT_EQ(from_tss("c", TSS2_ESYS_RC_RSP_AUTH_FAILED).kind, ErrorKind::Rejected);
}

TEST(Answer, IsTheSameBehindAResourceManager) {
    EXPECT_EQ(judge(TSS2_RESMGR_TPM_RC_LAYER + TPM2_RC_RETRY), Answer::Later);
    EXPECT_EQ(plain(TSS2_RESMGR_TPM_RC_LAYER + TPM2_RC_VALUE + TPM2_RC_P + TPM2_RC_1), TPM2_RC_VALUE);
}

TEST(Answer, NamesTheCommandAndKeepsTheCode) {
    const Error error = from_tss("TPM2_Load", TPM2_RC_INTEGRITY + TPM2_RC_P + TPM2_RC_1);

    EXPECT_EQ(error.what, "TPM2_Load: tpm:parameter(1):integrity check failed");
    EXPECT_EQ(error.native, 0x1DF);
}

}  // namespace
}  // namespace anchor::tpm
