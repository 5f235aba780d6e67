// SPDX-License-Identifier: Apache-2.0
#pragma once

// The boot aggregate: the first entry of an IMA list is a hash over the firmware's registers. It ties the list to the
// boot that the same quote shows, so that a list can't be carried over from another boot of the machine.

#include <anchor/core/pcr.h>
#include <anchor/measure/ima_entry.h>

namespace anchor::measure {

enum class ImaBootAggregate : std::uint8_t {
    Absent,        ///< no first entry yet, or it is another one
    Zero,          ///< the kernel found no TPM when IMA started
    NotCheckable,  ///< the registers it covers are not known, or its algorithm is not one of ours
    Matches,
    Differs,  ///< the bank of its algorithm is known, and does not explain it, nor does another
};
[[nodiscard]] std::string_view to_string(ImaBootAggregate state) noexcept;

struct ImaBootAggregateCheck {
    ImaBootAggregate state = ImaBootAggregate::Absent;
    HashAlg bank = HashAlg::Sha256;  ///< where Matches: whose registers
    unsigned last_pcr = 0;           ///< where Matches: 7 or 9
};

/// Kernels hash PCRs 0 to 7 of the SHA-1 bank, or (since Linux 5.8) 0 to 9 of another one, with the digest's
/// algorithm; each bank and both ranges are tried, PCR by PCR in rising order.
[[nodiscard]] ImaBootAggregateCheck check_boot_aggregate(const ImaDigest& aggregate, const PcrValues& registers);

}  // namespace anchor::measure
