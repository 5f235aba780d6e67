// SPDX-License-Identifier: Apache-2.0
#pragma once

// The file of register values that tpm2-tools 5 write with "tpm2_quote -o" and read with "tpm2_checkquote -f". It proves
// nothing by itself: the reader compares its digest with the quoted one.

#include <vector>

#include <anchor/core/pcr.h>

namespace anchor::tpmwire {

/// The tools' "serialized" form, little-endian: TPML_PCR_SELECTION as it lies in memory (Part 2 §10.9.7), a count, and as
/// many TPML_DIGEST (§10.9.4) with up to eight values each. The selections must come in the order of the quote. Rejected:
/// more than 16 of them, or a selected register without a value.
[[nodiscard]] Result<Bytes> pcr_file(const std::vector<PcrSelection>& selections, const PcrValues& values);

}  // namespace anchor::tpmwire
