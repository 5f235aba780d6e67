// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a response code of the TPM, or of the stack before it, means for the one who asked. The one place that
// knows the codes (TPM 2.0 Part 2 §6.6, TCG TSS 2.0 Overview §3); everyone else reads ErrorKind.

#include <string_view>

#include <tss2/tss2_common.h>

#include <anchor/base/result.h>

namespace anchor::tpm {

enum class Answer {
    Done,
    Later,   ///< The TPM is busy, testing itself or saving its memory: the same question again, after a while.
    Room,    ///< It has no room for another object or session: give some back, or wait for others to do so.
    Lost,    ///< The connection, or a handle or session behind it, is gone: open anew.
    Failed,  ///< A real answer, and it is no.
};

[[nodiscard]] Answer judge(TSS2_RC code) noexcept;

/// The code without the layer's number and without which handle, parameter or session it complains about, so that
/// it can be compared with a TPM2_RC constant. Codes of other layers than the TPM come back as they are.
[[nodiscard]] TSS2_RC plain(TSS2_RC code) noexcept;

/// "TPM2_Load: tpm:parameter(1):integrity check failed", with the code as `native`.
[[nodiscard]] Error from_tss(std::string_view command, TSS2_RC code);

}  // namespace anchor::tpm
