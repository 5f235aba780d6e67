// SPDX-License-Identifier: Apache-2.0
#pragma once

// Quoter: what an attestation key can do. The AK is a restricted signing key of a TPM: it signs only what
// the TPM itself says, so its signature under a statement means that a TPM said it (TPM 2.0 Part 1 §23).
// All octets are the TPM's own structures; tpmwire reads and judges them.

#include <vector>

#include <anchor/core/pcr.h>

namespace anchor {

/// A statement of the TPM (TPMS_ATTEST) and the AK's signature over it (TPMT_SIGNATURE), both marshalled.
struct Attestation {
    Bytes attest;
    Bytes signature;
};

/// A quote with the register values that were read beside it. The values prove nothing by themselves: they
/// count only when their digest is the quoted one.
struct Quote {
    Attestation attestation;
    PcrValues pcrs;
};

class Quoter {
public:
    virtual ~Quoter() = default;

    /// TPMT_PUBLIC of the AK, marshalled.
    [[nodiscard]] virtual ByteView public_area() const noexcept = 0;
    /// TPM2_Quote (Part 3 §18.4) over the registers, with at most 64 octets of extraData. The values are read
    /// so that they fit the quote; registers that keep changing are tried a bounded number of times.
    /// Unavailable: not now. Stale: the TPM was cleared or replaced, the AK is gone.
    [[nodiscard]] virtual Result<Quote> quote(const std::vector<PcrSelection>& selections, ByteView extra_data) = 0;
    /// TPM2_GetTime (Part 3 §18.7): clock, resetCount and restartCount, bound to extraData.
    [[nodiscard]] virtual Result<Attestation> attest_time(ByteView extra_data) = 0;
};

}  // namespace anchor
