// SPDX-License-Identifier: Apache-2.0
#pragma once

// Patience: how long to wait before asking a busy TPM the same question again, and when to stop asking.
// A value without a clock: the one who holds it does the waiting.

#include <optional>

#include <anchor/base/time.h>

#include "answer.h"

namespace anchor::tpm {

class Patience {
public:
    /// The waits of one command add up to at most `budget`. A self-test takes seconds on slow parts, and
    /// whoever waits holds the device's lock.
    explicit Patience(Milliseconds budget) noexcept : left_(budget) {}

    /// The wait that fits the answer: it doubles from 1 ms to 256 ms. Nothing where waiting does not help or
    /// the budget is used up.
    [[nodiscard]] std::optional<Milliseconds> after(Answer answer) noexcept;

private:
    Milliseconds left_;
    Milliseconds next_{1};
};

}  // namespace anchor::tpm
