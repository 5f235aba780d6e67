// SPDX-License-Identifier: Apache-2.0
#pragma once

// MonotonicCounter: a number that only grows, kept where an old disk image cannot bring it back
// (a TPM NV counter, TPM 2.0 Part 1 §37.2.4). It wears out: count what must never be rolled back, no more.

#include <cstdint>
#include <optional>

#include <anchor/base/result.h>

namespace anchor {

class MonotonicCounter {
public:
    virtual ~MonotonicCounter() = default;

    /// The number now; nothing where the counter does not exist, which beside existing state means tampering
    /// or a cleared TPM.
    [[nodiscard]] virtual Result<std::optional<std::uint64_t>> read() = 0;
    /// Makes the counter. It starts anywhere: a new TPM counter begins above every one that was ever there.
    [[nodiscard]] virtual Result<std::uint64_t> create() = 0;
    /// Counts up by one and gives the new number.
    [[nodiscard]] virtual Result<std::uint64_t> increment() = 0;
};

}  // namespace anchor
