// SPDX-License-Identifier: Apache-2.0
#pragma once

// The public area of a stored key as messages carry it.

#include <anchor/base/bytes.h>
#include <anchor/base/result.h>

namespace anchor::identity {

/// A blob keeps TPM2B_PUBLIC (TPM 2.0 Part 2 §12.2.5); messages carry the TPMT_PUBLIC inside, as for the other keys.
[[nodiscard]] Result<Bytes> without_size(ByteView sized);

}  // namespace anchor::identity
