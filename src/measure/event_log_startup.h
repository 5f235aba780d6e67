// SPDX-License-Identifier: Apache-2.0
#pragma once

// What PCR 0 holds before its first event: the one start value that depends on how the machine was started.

#include <anchor/measure/event_log.h>

namespace anchor::measure {

/// 0, 3 or 4 as the log tells (PFP §10.4.5.3); other values are none that TPM2_Startup knows and count as 0.
[[nodiscard]] std::uint8_t startup_locality(const EventLog& log) noexcept;

/// PCR 0 starts with the locality in its last octet, all others at zero (TPM 2.0 Part 1 §34.3; the registers of a
/// dynamic launch are at zero too once there is something to extend).
[[nodiscard]] Digest pcr_at_startup(HashAlg bank, unsigned pcr, std::uint8_t locality) noexcept;

}  // namespace anchor::measure
