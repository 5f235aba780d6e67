// SPDX-License-Identifier: Apache-2.0
#pragma once

// SealedState: the device's state in one file that survives power loss and shows when someone brought back an old one.
// The file carries a number. For a save that moves a floor, number C+1 is written first and the TPM's counter goes from
// C to C+1 after it; so at a start the file says C or C+1, and everything else is a rollback or tampering. So is a counter without
// a file: the first save leaves one, number 0 with nothing in it, before it makes the counter. What it does not do: keep the file
// secret from root, notice a rollback between two plain saves, or hold out against who writes the file anew: the digest has no key.

#include <memory>

#include <anchor/core/disk.h>
#include <anchor/core/monotonic_counter.h>
#include <anchor/core/state_store.h>

namespace anchor::store {

class SealedState final : public StateStore {
public:
    static constexpr std::size_t kMaxDocument = 4UL << 20U;

    /// Both must outlive this. Without a counter (no TPM) nothing notices a rollback; protects_against_rollback() says so.
    SealedState(Disk& disk, MonotonicCounter* counter) : disk_(disk), counter_(counter) {}

    [[nodiscard]] bool protects_against_rollback() const noexcept { return counter_ != nullptr; }

    /// Also finishes a save that the power cut between file and counter.
    Result<std::optional<Bytes>> load() override;
    Result<void> save(ByteView document, SaveKind kind) override;

private:
    [[nodiscard]] Result<void> judge_absence();
    [[nodiscard]] Result<void> judge_number();
    [[nodiscard]] Result<void> settle();

    Disk& disk_;
    MonotonicCounter* counter_;
    std::uint64_t number_ = 0;  // of the newest file; 0 where there is none
    bool settled_ = false;      // the counter is known to be number_
};

}  // namespace anchor::store
