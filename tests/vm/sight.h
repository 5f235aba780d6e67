// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sight: what there is to see of a booted machine at one moment, from two witnesses: what its daemon claims, and the logs and registers
// as the kernel gives them to anybody who is root, for the library to judge outside.

#include <anchor/measure/event_log_replay.h>
#include <anchor/measure/ima_verifier.h>
#include <anchor/measure/reference_boot.h>

#include "guest_system.h"

namespace anchor::vm {

struct Sight {
    ClaimTexts claims;
    PcrValues registers;
    Bytes event_log;
    Bytes ima_list;
};

/// What the daemon claims was asked before.
[[nodiscard]] Sight look_at(VirtualMachine& machine, ClaimTexts claims);

/// The reference values that a healthy boot gives, and all that differs in another one from them, in words.
[[nodiscard]] measure::BootReference reference_of(const Sight& healthy);
[[nodiscard]] std::vector<std::string> differences(const measure::BootReference& reference, const Sight& found);

/// The table of every file that was booted, and the judgement of an IMA list by it and by the registers that were read before it.
[[nodiscard]] Result<Bytes> table_of(const Initramfs& system);
[[nodiscard]] Result<measure::ImaReport> judge_list(const Sight& found, const measure::ImaTable& table);

}  // namespace anchor::vm
