// SPDX-License-Identifier: Apache-2.0
#pragma once

// MemoryVfs: a disk for SQLite that is in memory and can lose power before any write, truncation, sync or removal. What was not synced
// by then is gone, or there in part: the first half of what was written, the last of that torn in the middle; or, as disks reorder, the
// other half.

#include <memory>

#include <anchor/base/bytes.h>
#include <fakes/power.h>

namespace anchor::fakes {

enum class Unsynced : std::uint8_t { Drop, KeepFirstHalfTorn, KeepSecondHalf };

class MemoryVfs {
public:
    /// Becomes SQLite's default until it is destroyed. One at a time, and all databases have to be closed before it goes.
    explicit MemoryVfs(Power& power);
    ~MemoryVfs();
    MemoryVfs(const MemoryVfs&) = delete;
    MemoryVfs& operator=(const MemoryVfs&) = delete;

    /// Power is back. All databases have to be closed.
    void restart(Unsynced what);

    /// What is durable now, to be laid in again: a backup.
    struct Image;
    [[nodiscard]] std::shared_ptr<const Image> image() const;
    void lay_in(const Image& image);

    struct Inside;

private:
    std::unique_ptr<Inside> inside_;
};

}  // namespace anchor::fakes
