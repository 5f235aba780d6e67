// SPDX-License-Identifier: Apache-2.0
#pragma once

// DiskOutbox: an outbox with one file an entry, in a folder that it may share with others. Its files are named outbox-<number>-<kind>.

#include <deque>

#include <anchor/core/disk.h>
#include <anchor/core/outbox.h>

namespace anchor::link {

struct OutboxLimits {
    std::size_t entries = 1000;
    std::size_t octets = 4UL << 20U;  ///< of all entries together
    std::size_t entry = 64UL * 1024;
};

class DiskOutbox final : public Outbox {
public:
    /// Takes over what an earlier run left. The disk must outlive it. Errors of the disk.
    [[nodiscard]] static Result<DiskOutbox> open(Disk& disk, OutboxLimits limits = {});

    /// Rejected: larger than one entry may be.
    Result<void> push(OutboxKind kind, ByteView octets) override;
    Result<std::optional<OutboxEntry>> front() override;
    Result<void> pop(std::uint64_t number) override;

    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

private:
    struct Waiting {
        std::uint64_t number;
        OutboxKind kind;
        std::size_t octets;
    };

    DiskOutbox(Disk& disk, OutboxLimits limits) : disk_(&disk), limits_(limits) {}
    [[nodiscard]] Result<void> make_room(std::size_t octets);
    [[nodiscard]] std::size_t octets() const noexcept;

    Disk* disk_;
    OutboxLimits limits_;
    std::deque<Waiting> waiting_;  // in the order of their numbers
    std::uint64_t next_ = 1;
};

}  // namespace anchor::link
