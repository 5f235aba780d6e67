// SPDX-License-Identifier: Apache-2.0
#include "deadline_tcti.h"

#include <tss2/tss2_tctildr.h>
#include <tss2/tss2_tpm2_types.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <anchor/base/bytes.h>

#include "answer.h"

namespace anchor::tpm {
namespace {

constexpr std::uint64_t kMagic = 0x616e63686f720001;  // any number that tells our table from others

// By the command code, behind the tag and the size (Part 1 §18).
bool makes_a_key(ByteView command) noexcept {
    if (command.size() < 10) return false;
    std::uint32_t code = 0;
    for (const std::uint8_t octet : command.subspan(6, 4)) code = (code << 8U) | octet;
    return code == TPM2_CC_Create || code == TPM2_CC_CreatePrimary;
}

}  // namespace

Result<std::unique_ptr<DeadlineTcti>> DeadlineTcti::open(const std::string& tcti, const AnswerTimes& times) {
    // tpm2-tss 4.1 loses memory with each try at a TPM that is not there, and one is made with every tick.
    constexpr std::string_view kDevice = "device:";
    if (tcti.size() > kDevice.size() && tcti.starts_with(kDevice) && ::access(tcti.c_str() + kDevice.size(), F_OK) != 0)
        return unavailable("no TPM at \"" + tcti + "\": " + std::strerror(errno), errno);
    TSS2_TCTI_CONTEXT* inner = nullptr;
    if (const TSS2_RC code = Tss2_TctiLdr_Initialize(tcti.c_str(), &inner); code != TSS2_RC_SUCCESS) {
        return unavailable("no TPM at \"" + tcti + "\": " + from_tss("open", code).what, code);
    }
    return std::unique_ptr<DeadlineTcti>(new DeadlineTcti(inner, times));
}

DeadlineTcti::DeadlineTcti(TSS2_TCTI_CONTEXT* inner_tcti, const AnswerTimes& times) noexcept
    : inner_(inner_tcti), times_(times), within_(times.all_else), face_{} {
    face_.owner = this;
    face_.table.magic = kMagic;
    face_.table.version = 1;
    face_.table.transmit = transmit;
    face_.table.receive = receive;
    face_.table.finalize = [](TSS2_TCTI_CONTEXT*) {};  // the owner ends it, not ESYS
    face_.table.cancel = [](TSS2_TCTI_CONTEXT* face) { return functions(inner(face)).cancel(inner(face)); };
    face_.table.getPollHandles = [](TSS2_TCTI_CONTEXT* face, TSS2_TCTI_POLL_HANDLE* handles, std::size_t* count) {
        return functions(inner(face)).getPollHandles(inner(face), handles, count);
    };
    face_.table.setLocality = [](TSS2_TCTI_CONTEXT* face, std::uint8_t locality) {
        return functions(inner(face)).setLocality(inner(face), locality);
    };
}

DeadlineTcti::~DeadlineTcti() { Tss2_TctiLdr_Finalize(&inner_); }

const TSS2_TCTI_CONTEXT_COMMON_V1& DeadlineTcti::functions(const TSS2_TCTI_CONTEXT* tcti) noexcept {
    return *reinterpret_cast<const TSS2_TCTI_CONTEXT_COMMON_V1*>(tcti);
}

TSS2_RC DeadlineTcti::transmit(TSS2_TCTI_CONTEXT* face, std::size_t size, const std::uint8_t* command) {
    DeadlineTcti& self = owner(face);
    self.within_ = makes_a_key({command, size}) ? self.times_.new_key : self.times_.all_else;
    return functions(self.inner_).transmit(self.inner_, size, command);
}

TSS2_RC DeadlineTcti::receive(TSS2_TCTI_CONTEXT* face, std::size_t* size, std::uint8_t* response, std::int32_t timeout) {
    const bool for_ever = timeout == TSS2_TCTI_TIMEOUT_BLOCK;
    const auto wait = for_ever ? static_cast<std::int32_t>(owner(face).within_.count()) : timeout;
    const TSS2_RC code = functions(inner(face)).receive(inner(face), size, response, wait);
    // To ESYS, TRY_AGAIN means "call me again at once", for ever.
    return for_ever && code == TSS2_TCTI_RC_TRY_AGAIN ? TSS2_TCTI_RC_IO_ERROR : code;
}

}  // namespace anchor::tpm
