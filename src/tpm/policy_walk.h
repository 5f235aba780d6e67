// SPDX-License-Identifier: Apache-2.0
#pragma once

// PolicyWalk: takes a policy session through one step after the other (TPM 2.0 Part 3 §23), as a visitor of PolicyStep.

#include <tss2/tss2_sys.h>

#include <anchor/tpm/key_policy.h>

#include "channel.h"

namespace anchor::tpm {

class PolicyWalk {
public:
    PolicyWalk(Channel& channel, TPMI_SH_POLICY session) noexcept : channel_(channel), session_(session) {}

    [[nodiscard]] Result<void> operator()(const PcrStep& step);
    [[nodiscard]] Result<void> operator()(const CounterTimerStep& step);
    [[nodiscard]] Result<void> operator()(const NvStep& step);
    [[nodiscard]] Result<void> operator()(const CommandCodeStep& step);
    [[nodiscard]] Result<void> operator()(const AuthorizeStep& step);

private:
    [[nodiscard]] Result<TPMT_TK_VERIFIED> verify(const AuthorizeStep& step);

    Channel& channel_;
    TPMI_SH_POLICY session_;
};

}  // namespace anchor::tpm
