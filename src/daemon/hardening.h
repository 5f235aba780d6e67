// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the process takes from itself before it reads anything. The service's sandbox takes more (packaging); this holds also where
// somebody starts the program by hand.

#include <anchor/base/result.h>

namespace anchor::daemon {

/// Files are its own alone (umask 077); no core dump, no ptrace and no /proc/PID/mem for processes of the same user, as keys pass
/// through this memory; no new rights by exec; a closed socket is an error and no signal. The TPM stack logs nothing by
/// itself, where the environment does not ask for it (TSS2_LOG): each failure is told once, by us.
/// Denied: the kernel refuses one of them.
[[nodiscard]] Result<void> harden_process();

}  // namespace anchor::daemon
