// SPDX-License-Identifier: Apache-2.0
#pragma once

// DeadlineTcti: the way to a TPM (TCG TSS 2.0 TCTI), with a deadline on every answer. ESYS waits for ever when it is
// called synchronously; this stands between it and the real TCTI and turns a silent TPM into a lost connection.

#include <memory>
#include <string>

#include <tss2/tss2_tcti.h>

#include <anchor/base/result.h>
#include <anchor/base/time.h>

namespace anchor::tpm {

/// How long a TPM may take to answer. A command also waits for those of other users of the same TPM.
struct AnswerTimes {
    Milliseconds new_key{120'000};  ///< TPM2_Create and TPM2_CreatePrimary: an RSA key may take a minute to make
    Milliseconds all_else{15'000};  ///< no healthy part needs more than some seconds, a self-test on the way included
};

class DeadlineTcti {
public:
    /// "device:/dev/tpmrm0", "swtpm:path=/run/tpm.sock": the name and configuration of Tss2_TctiLdr_Initialize.
    /// Unavailable: no such TCTI, or nothing answers there. The emulator's TCTI cannot be asked to wait a bounded
    /// time; there the deadline is not kept.
    [[nodiscard]] static Result<std::unique_ptr<DeadlineTcti>> open(const std::string& tcti, const AnswerTimes& times = {});
    ~DeadlineTcti();
    DeadlineTcti(const DeadlineTcti&) = delete;
    DeadlineTcti& operator=(const DeadlineTcti&) = delete;

    /// For Esys_Initialize; lives as long as this object.
    [[nodiscard]] TSS2_TCTI_CONTEXT* context() noexcept { return reinterpret_cast<TSS2_TCTI_CONTEXT*>(&face_); }

private:
    // What ESYS sees: its function table first, our object behind it.
    struct Face {
        TSS2_TCTI_CONTEXT_COMMON_V1 table;
        DeadlineTcti* owner;
    };
    DeadlineTcti(TSS2_TCTI_CONTEXT* inner, const AnswerTimes& times) noexcept;
    [[nodiscard]] static DeadlineTcti& owner(TSS2_TCTI_CONTEXT* face) noexcept { return *reinterpret_cast<Face*>(face)->owner; }
    [[nodiscard]] static TSS2_TCTI_CONTEXT* inner(TSS2_TCTI_CONTEXT* face) noexcept { return owner(face).inner_; }
    [[nodiscard]] static const TSS2_TCTI_CONTEXT_COMMON_V1& functions(const TSS2_TCTI_CONTEXT* tcti) noexcept;
    static TSS2_RC transmit(TSS2_TCTI_CONTEXT* face, std::size_t size, const std::uint8_t* command);
    static TSS2_RC receive(TSS2_TCTI_CONTEXT* face, std::size_t* size, std::uint8_t* response, std::int32_t timeout);

    TSS2_TCTI_CONTEXT* inner_;
    AnswerTimes times_;
    Milliseconds within_;  // the answer to the last command
    Face face_;
};

}  // namespace anchor::tpm
