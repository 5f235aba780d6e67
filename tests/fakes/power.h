// SPDX-License-Identifier: Apache-2.0
#pragma once

// Power: one count over everything that a device does to the world, disk, TPM and network alike, and the switch that ends it before the
// operation of a given number. Cutting before each operation covers cutting after each as well: between two operations a program changes
// only its own memory, and that is gone either way.

#include <cstddef>
#include <optional>

#include <anchor/base/result.h>

namespace anchor::fakes {

class Power {
public:
    /// The operation with this number (from 0, counted from the last restart) and all later ones do not happen.
    void cut_at(std::size_t operation) { cut_at_ = operation; }
    [[nodiscard]] bool gone() const { return cut_at_ && operations_ >= *cut_at_; }
    [[nodiscard]] std::size_t operations() const { return operations_; }
    void restart() {
        cut_at_.reset();
        operations_ = 0;
    }

    [[nodiscard]] Result<void> pass() {
        if (gone()) return unavailable("the power is gone");
        ++operations_;
        return {};
    }

private:
    std::optional<std::size_t> cut_at_;
    std::size_t operations_ = 0;
};

}  // namespace anchor::fakes
