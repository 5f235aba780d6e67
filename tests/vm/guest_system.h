// SPDX-License-Identifier: Apache-2.0
#pragma once

// The system inside the virtual machine: anchord as its packaging runs it, the warden as root beside it, and nothing else but busybox.
// A local policy makes the daemon say every claim: it has one rule a claim, which no value passes, and the reason of a
// rule that did not pass names the values that it read.

#include <map>
#include <string>

#include <anchor/core/pcr.h>

#include "virtual_machine.h"

namespace anchor::vm {

inline constexpr const char* kEventLog = "/sys/kernel/security/tpm0/binary_bios_measurements";
inline constexpr const char* kImaList = "/sys/kernel/security/integrity/ima/binary_runtime_measurements";
/// Files of an application: IMA measures them when they are read (guest/ima-policy).
inline constexpr const char* kRecipe = "/opt/recipe";
inline constexpr const char* kMenu = "/opt/menu";

/// Everything that is booted, with the programs of this build.
[[nodiscard]] Result<Initramfs> guest_system();

/// Starts warden and daemon, and waits for the daemon's socket. Unavailable, with their logs.
[[nodiscard]] Result<void> start_anchord(VirtualMachine& machine, ByteView claim_bundle);

/// What the daemon says of each claim of the families boot, ima, tpm and os: its value in words, or "unknown: " and the cause.
using ClaimTexts = std::map<std::string, std::string, std::less<>>;
/// Waits until the daemon says this of a claim. Unavailable, with all that it says and its log, where it does not within some minutes.
[[nodiscard]] Result<ClaimTexts> claims_with(VirtualMachine& machine, std::string_view claim, std::string_view value);

/// The registers as the kernel shows them, in every bank.
[[nodiscard]] PcrValues registers_of(VirtualMachine& machine);

}  // namespace anchor::vm
